# What the cases do with shell commands, for files that only the server can reach. The shell itself stays in its directory.
cd() {
  case $1 in
    /*) PJD_CWD=$1 ;;
    *) PJD_CWD=$PJD_CWD/$1 ;;
  esac
}
pwd() { printf '%s\n' "$PJD_CWD"; }
mkdir() { "$PJD_COMMAND" sh-makedirs "$2"; }
rm() { "$PJD_COMMAND" sh-rmtree "$2"; }
ln() { "$PJD_COMMAND" symlink "$2" "$3" >/dev/null; }
dd() {
  case $2 in
    of=*) "$PJD_COMMAND" sh-write "${2#of=}" 12345 ;;
    *) command dd "$@" ;;
  esac
}
export PJD_CWD
