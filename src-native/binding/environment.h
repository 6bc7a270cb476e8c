// What one Node environment (the main thread or a worker) owns: its dispatcher, its open files, and
// the memory that it shares with lib/native.
//
// JavaScript and the addon share two small arrays: `arguments` (what a submission is about) and `records` (what has
// finished). A submission is therefore one Node-API call without values to convert, and one call into JavaScript settles
// many operations. Only the loop thread touches either array.
//
// The arrays and functions that JavaScript gives belong to its realm. The environment keeps one object that refers to all
// of them (`shared_`) alive while something is outstanding, and only then: a realm that nobody else can reach, such as a
// vm context of a test runner, is collected, and the environment ends with it.
#pragma once

#include <napi.h>

#include <memory>
#include <string>
#include <vector>

#include "binding/garbage_pacer.h"
#include "core/dispatcher.h"
#include "core/file_table.h"
#include "core/inline_io.h"
#include "core/task_table.h"
#include "core/temp_registry.h"

namespace uvfiles {

// Indices into `arguments`. On return from a submission, `kStatus` holds 0 or a negative code.
enum Argument : int {
  kStatus = 0,
  kKind = 0,
  kSlot = 1,
  kFile = 2,
  kSize = 3,
  kPosition = 4,  // a double; an int64 with kPositionIsBigInt
  kFlags = 5,
  kLaneNumber = 6,
  kTimeout = 7,  // milliseconds, 0: none
  kOpenFlags = 8,
  kMode = 9,
  kWhence = 10,
  // Of a task. Its numbers begin at kAnswer.
  kTaskKind = 8,
  kNumberCount = 9,
  kExactNumbers = 10,  // bit n: number n is an int64
  kPositionIsBigInt = 11,
  kOffset = 13,
  kSpent = 14,   // microseconds of inline work in this event-loop iteration
  kAnswer = 16,  // what an inline call answers besides its status
  kArgumentCount = 16 + StatRecord::kFields
};

// How a record's result is to be read.
enum class Tag : int {
  kPlain = 0,
  kChunk = 1,      // `value`: offset of the bytes in the chunk
  kExternal = 2,   // the bytes are the external buffer
  kStat = 3,       // 18 fields follow
  kOpened = 4,     // id, kind, seekable, position, size follow
  kDeferred = 5,   // copyOut(`value`, view) brings the bytes
  kFailed = 6,     // `value`: index into kSyscalls; `extra`: bytes written
  kTaskChunk = 7,  // `value`: offset, `extra`: length
  kTaskExternal = 8,
  kTaskOpened = 9  // as kTaskChunk; number and descriptor of the file that was opened follow
};

constexpr int kRecordHeader = 5;  // slot, result, tag, value, extra
constexpr int kRecordDoubles = 4096;
constexpr int kMaxPayload = StatRecord::kFields;

class Environment {
 public:
  Environment(napi_env env, uv_loop_t* loop);
  ~Environment();

  static Environment* Get(napi_env env);

  // What JavaScript and the addon share.
  struct Shared {
    Napi::Function complete;
    Napi::Function allocate;
    Napi::Float64Array arguments;
    Napi::Float64Array records;
  };
  // `shared`: an object that refers to all `parts`.
  bool Open(Napi::Object shared, bool waits_in_hook, Shared parts);

  // Something is outstanding from now on.
  void Hold() {
    if (!holds_) HoldShared();
  }
  // Stops keeping the realm alive when nothing is outstanding: no operation, no task, no open file, and no temporary
  // file or directory that the end of the environment would remove.
  void LetGoWhenIdle();

  // Takes an operation from the free list with the common arguments filled in.
  Operation* Begin(OpKind kind);
  OperationDetails* AttachDetails(Operation* operation);
  // Submits, or puts the reason into arguments[kStatus] and frees the operation.
  void Submit(Operation* operation);
  void Refuse(Operation* operation, int status);
  void SubmitClose(Operation* operation);
  // Lets a large read fill what will be its result.
  void GiveResult(Operation* operation);

  Operation* InSlot(uint32_t slot) const { return slot < slots_.size() ? slots_[slot] : nullptr; }
  bool CopyDeferred(size_t index, void* to, size_t size);
  double CopyLate(size_t index, void* to, size_t size);

  napi_env env;
  Dispatcher dispatcher;
  FileTable files;
  TaskTable tasks;
  InlineIO inline_io;
  std::string inline_path;  // memory that inline calls reuse
  TempRegistry::Owner temp_owner = 0;
  double* arguments = nullptr;
  double* records = nullptr;

 private:
  void Occupy(uint32_t slot, Operation* operation);
  static void Deliver(void* self, Operation* finished);
  static void Discard(void* self, Operation* operation);
  static void OnClosed(void* self);
  static void OnAsyncCleanup(napi_async_cleanup_hook_handle handle, void* self);
  static void OnCleanup(void* self);
  static void OnUnreachable(napi_env env, void* watch, void* hint);
  void HoldShared();
  void MakeAsyncContext(bool outside_requests);

  Operation* DeliverGroup(Operation* finished, bool* may_go_on, bool short_of_memory = false);
  void SettleFile(Operation* operation);
  bool MakeBuffer(size_t size, void** data, napi_value* buffer);
  bool CopyToBuffer(const void* from, size_t size, napi_value* buffer);
  bool HandOverBlock(Block* block, size_t size, napi_value* buffer);
  bool HandOverOutput(Task* task, napi_value* buffer);
  int WriteRecord(Operation* operation, int at, Tag tag, double value, double extra);
  int WritePayload(Operation* operation, int at);
  void FreeData(Operation* operation);
  ResultMemory* MakeResult(size_t size);
  void FreeResult(ResultMemory* memory);
  void RefillResults();
  void Recycle(Operation* operation);
  void CloseFiles();

  // Tells the environment that its realm has been collected. It may outlive the environment.
  struct RealmWatch {
    Environment* environment;
  };
  RealmWatch* realm_watch_ = nullptr;
  napi_ref shared_ = nullptr;  // strong while `holds_`, else weak
  bool holds_ = false;
  Napi::FunctionReference complete_;  // weak: `shared_` refers to them
  Napi::FunctionReference allocate_;
  napi_async_context async_context_ = nullptr;
  Napi::ObjectReference resource_;
  napi_async_cleanup_hook_handle cleanup_ = nullptr;
  bool closing_ = false;

  std::vector<Operation*> slots_;
  GarbagePacer pacer_;
  GarbagePacer shared_memory_pacer_;
  GarbagePacer largest_pacer_;
  uint32_t result_target_ = 0;  // how much result memory to have in stock
  BlockStash stash_;            // blocks of one delivery on their way back
  struct Deferred {
    Block block;
    size_t bytes;  // that are there
    size_t asked;  // the length of the caller's view
  };
  std::vector<Deferred> deferred_;
  std::vector<std::unique_ptr<OperationDetails>> details_;
  std::vector<OperationDetails*> free_details_;
};

// Names that `Tag::kFailed` refers to; the same list is in lib/native/records.ts.
constexpr const char* kSyscalls[] = {"", "open", "fstat", "read", "write", "fsync", "close"};
int SyscallNumber(const char* name);

// One file each: the functions that JavaScript calls.
void DefineSubmissions(Napi::Env env, Napi::Object exports);
void DefineTasks(Napi::Env env, Napi::Object exports);
void DefineLanes(Napi::Env env, Napi::Object exports);
void DefineInline(Napi::Env env, Napi::Object exports);
void DefineText(Napi::Env env, Napi::Object exports);
void DefineTempRegistry(Napi::Env env, Napi::Object exports);

}  // namespace uvfiles
