/* Stands in for pjdfstest's command: asks the server at $PJD_SOCKET, and prints its answer. A reason why an assertion does
 * not apply goes to descriptor 3, where the runner reads it between the assertions.
 *
 * Request: the current directory, then the arguments, each ended by a zero byte.
 * Answer: the exit code as one digit, the reason or nothing, a zero byte, the text to print. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST 65536

static int put(int fd, const char *data, size_t size) {
  while (size > 0) {
    ssize_t count = write(fd, data, size);
    if (count < 0) return -1;
    data += count;
    size -= (size_t)count;
  }
  return 0;
}

int main(int count, char **arguments) {
  static char text[MOST];
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const char *place = getenv("PJD_SOCKET"), *directory = getenv("PJD_CWD");
  if (place == NULL) return 2;
  if (directory == NULL) directory = getcwd(text, sizeof text);
  if (directory == NULL) return 2;
  snprintf(address.sun_path, sizeof address.sun_path, "%s", place);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) return 2;
  if (put(fd, directory, strlen(directory) + 1) < 0) return 2;
  for (int i = 1; i < count; i++)
    if (put(fd, arguments[i], strlen(arguments[i]) + 1) < 0) return 2;
  shutdown(fd, SHUT_WR);
  size_t size = 0;
  for (ssize_t got; size < MOST && (got = read(fd, text + size, MOST - size)) > 0;) size += (size_t)got;
  if (size < 2) return 2;
  const char *end = memchr(text, 0, size);
  if (end == NULL) return 2;
  if (end > text + 1) {
    char note[512];
    int length = snprintf(note, sizeof note, "# not applicable: %.400s\n", text + 1);
    put(3, note, (size_t)length);
  }
  put(1, end + 1, size - (size_t)(end + 1 - text));
  return text[0] - '0';
}
