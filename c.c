#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
int main(int c, char **v) {
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  FILE *f = fopen("/tmp/pjdrun/which.disk", "r"); char w[100] = ""; if (f) { fgets(w, 99, f); fclose(f); } w[strcspn(w, "\n")] = 0;
  strcpy(a.sun_path, w);
  int s = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(s, (void *)&a, sizeof a)) { puts("ESTANDIN"); return 1; }
  static char b[1 << 20]; size_t n = 0; getcwd(b, 8192); n = strlen(b) + 1;
  for (int i = 1; i < c; i++) { strcpy(b + n, v[i]); n += strlen(v[i]) + 1; }
  write(s, b, n); shutdown(s, SHUT_WR);
  ssize_t r; int code = 0; size_t t = 0;
  while ((r = read(s, b + t, sizeof b - t)) > 0) t += r;
  fwrite(b, 1, t, stdout);
  return t > 0 && b[0] == 'E';
}
