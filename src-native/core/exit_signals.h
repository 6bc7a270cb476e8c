// Lets the temp registry clean up before SIGINT, SIGTERM or SIGHUP ends the process, without changing who handles them.
//
// Where the disposition is the default (or a handler that resets itself, as Node's own that restores the terminal), a
// handler of ours is put in its place. All it does is wake a thread of ours, which has the registry emptied, restores
// the earlier disposition and raises the signal again; a program stuck in a loop dies at once all the same. A handler
// installed over ours (libuv's, for the program's own listener) decides instead; when it goes again, leaving the default,
// ours is put back. Ignored signals stay ignored.
#pragma once

#include <string>

namespace uvfiles {

class TempRegistry;

// Something is registered: see to it that the handlers are in place. Called often, cheap. Any thread.
void WatchExitSignals(TempRegistry* registry, bool first_entry);

// The same at once, for a program that is about to send itself a signal: its listener may have gone a moment ago.
void RewatchExitSignals();

// Bit n is set when signal n would reach our handler now.
unsigned long WatchedExitSignals();

// The calling process is a child made by fork: the thread that it believes to have is its parent's.
void ForgetExitSignalsThread();

// Keeps the code of this shared library in memory for good: a handler, a thread and an exit function lead into it, and
// Node unloads an addon with the last worker that used it.
void PinThisLibrary();

// The file that this shared library was loaded from; empty where the system does not tell.
std::string ThisLibraryPath();

}  // namespace uvfiles
