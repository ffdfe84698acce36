/* Interrupts each thread of a process, which then tries to open /etc/passwd: how many can, and how many have tried. */
struct System {
  int (*open)(const char *path, int flags);
  int (*tgkill)(int process, int thread, int signal);
  void *(*signal)(int number, void (*handler)(int));
  int (*usleep)(unsigned us);
};

enum { SIGSYS = 31, NEIGHBOURS = 5000, NAPS = 20000 };

static struct System to;
static volatile int tried, opened;

static void interrupted(int signal) {
  if (to.open("/etc/passwd", 0) >= 0) opened++;
  tried++;
}

void every_thread(const struct System *system, int process, int *result) {
  int thread, before, naps;
  to = *system;
  to.signal(SIGSYS, interrupted);
  for (thread = process; thread < process + NEIGHBOURS; thread++) {
    before = tried;
    if (to.tgkill(process, thread, SIGSYS)) continue;
    for (naps = 0; tried == before && naps < NAPS; naps++) to.usleep(100);
  }
  result[0] = opened;
  result[1] = tried;
}
