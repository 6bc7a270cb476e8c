// Lets the temp registry clean up before SIGINT, SIGTERM or SIGHUP ends the process. The program's own handlers stay in
// charge.
//
// If a signal has its default disposition, or a handler that resets itself (Node's own, which restores the terminal),
// the library installs a handler. It only wakes a thread, which empties the registry, restores the earlier disposition
// and raises the signal again. This also works while the program is stuck in a loop. A handler that is installed later
// (libuv's, for the program's own listener) replaces the library's. When it is removed and the default is back, the
// library installs its handler again. Ignored signals stay ignored.
#pragma once

#include <string>

namespace uvfiles {

class TempRegistry;

// Installs the handlers when something is registered. Called often, and cheap. Any thread.
void WatchExitSignals(TempRegistry* registry, bool first_entry);

// The same at once, for a program that is about to send itself a signal after removing its listener. If nothing is registered
// now, the next first entry installs the handlers at once.
void RewatchExitSignals();

// Bit n is set if signal n has the library's handler.
unsigned long WatchedExitSignals();

// For a forked child, which does not have its parent's thread.
void ForgetExitSignalsThread();

// Keeps this shared library loaded for good. Node would unload the addon with the last worker that used it, but a
// handler, a thread and an exit function still need it.
void PinThisLibrary();

// The file of this shared library. Empty if the system does not tell.
std::string ThisLibraryPath();

}  // namespace uvfiles
