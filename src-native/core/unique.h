// Owns a resource of the system, and gives it back once.
#pragma once

namespace uvfiles {

// `Kind` has the type `Value` and the functions None, IsOne and GiveBack. What is not a resource, such as a negative
// code, can be held, too. Not thread-safe; a Unique belongs to one task or operation.
template <typename Kind>
class Unique {
 public:
  using Value = typename Kind::Value;

  Unique() = default;
  explicit Unique(Value value) : value_(value) {}
  Unique(Unique&& other) noexcept : value_(other.Release()) {}
  Unique& operator=(Unique&& other) noexcept {
    if (this != &other) Reset(other.Release());
    return *this;
  }
  Unique(const Unique&) = delete;
  Unique& operator=(const Unique&) = delete;
  ~Unique() { Reset(); }

  Value Get() const { return value_; }
  explicit operator bool() const { return Kind::IsOne(value_); }

  Value Release() {
    const Value value = value_;
    value_ = Kind::None();
    return value;
  }

  void Reset(Value value = Kind::None()) {
    if (Kind::IsOne(value_)) Kind::GiveBack(value_);
    value_ = value;
  }

 private:
  Value value_ = Kind::None();
};

}  // namespace uvfiles
