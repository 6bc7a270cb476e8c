"""Lines, small reads and small writes with aiofiles or anyio: `async_files.py LIBRARY WHAT PATH COUNT`.

Prints how many were done, and in how many seconds.
"""
import asyncio
import contextlib
import sys
import time

library, what, path, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])

if library == "anyio":
    import anyio

    @contextlib.asynccontextmanager
    async def opened(mode):
        async with await anyio.open_file(path, mode) as file:
            yield file
else:
    import aiofiles

    def opened(mode):
        return aiofiles.open(path, mode)


async def lines():
    done = 0
    async with opened("r") as file:
        async for _ in file:
            done += 1
            if done == count:
                break
    return done


async def read():
    done = 0
    async with opened("rb") as file:
        while done < count and await file.read(64):
            done += 1
    return done


async def write():
    async with opened("w") as file:
        for _ in range(count):
            await file.write("x" * 64)
    return count


async def main():
    start = time.perf_counter()
    done = await {"lines": lines, "read": read, "write": write}[what]()
    print(done, time.perf_counter() - start)


asyncio.run(main())
