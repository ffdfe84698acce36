/*
 * Gives up rights in every thread of the process. The kernel takes them from the thread that asks, and threads of the
 * JavaScript engine are there before any code of ours runs: each of them is interrupted, and asks for itself. Who is started
 * later has as few rights as who starts it. Compiled when a sandbox host starts.
 */

/* What is called of the C library, which is in the process already. */
struct System {
  long (*call)(long number, long first, long second, long third, long fourth, long fifth);
  int *(*error)(void);
  int (*action)(int number, const void *wanted, void *former);
};

/* The numbers of system calls on this machine. */
struct Numbers {
  long getdents64, gettid, getpid, landlock_restrict_self, lseek, nanosleep, prctl, tgkill;
};

/* As getdents64(2) tells it. */
struct Entry {
  unsigned long inode;
  long next;
  unsigned short length;
  unsigned char kind;
  char name[1];
};

enum {
  /* No thread blocks it: it would tell of an error of its own. */
  SIGSYS = 31,
  PR_SET_NO_NEW_PRIVS = 38,
  SA_RESTART = 0x10000000,
  /* Both C libraries have the flags behind the handler and 128 bytes of a mask. */
  FLAGS_AT = 34,
  MOST_THREADS = 4096,
  NAP_NS = 50000,
  /* Two seconds: a machine may be busy. */
  NAPS = 40000,
};
enum Outcome { NONE, GIVEN_UP, REFUSED };

static struct System to;
static struct Numbers number;
static long rules;
/* Who answers, and what. */
static volatile long asked;
static volatile enum Outcome outcome;
static int seen[MOST_THREADS];
static int seen_count;

static enum Outcome give_up(void) {
  if (to.call(number.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return REFUSED;
  return to.call(number.landlock_restrict_self, rules, 0, 0, 0, 0) ? REFUSED : GIVEN_UP;
}

/* In a thread that was doing something else. */
static void interrupted(int signal) {
  int *error = to.error();
  int kept = *error;
  if (to.call(number.gettid, 0, 0, 0, 0, 0) == asked) outcome = give_up();
  *error = kept;
}

/* Whether it has given them up, or is gone. */
static int ask(long process, long thread) {
  long nap[2] = {0, NAP_NS};
  int naps;
  if (thread == to.call(number.gettid, 0, 0, 0, 0, 0)) return give_up() == GIVEN_UP;
  outcome = NONE;
  asked = thread;
  if (to.call(number.tgkill, process, thread, SIGSYS, 0, 0)) return 1;
  for (naps = 0; outcome == NONE && naps < NAPS; naps++) {
    if (to.call(number.tgkill, process, thread, 0, 0, 0)) return 1;
    to.call(number.nanosleep, (long)nap, 0, 0, 0, 0);
  }
  asked = 0;
  return outcome == GIVEN_UP;
}

/* 0 for . and .. */
static int thread_of(const char *name) {
  int thread = 0;
  for (; *name >= '0' && *name <= '9'; name++) thread = 10 * thread + *name - '0';
  return thread;
}

static int is_new(int thread) {
  int at;
  for (at = 0; at < seen_count; at++)
    if (seen[at] == thread) return 0;
  if (seen_count == MOST_THREADS) return 0;
  seen[seen_count++] = thread;
  return 1;
}

/* Returns how many have kept them. folder: /proc/self/task, opened. ruleset: of Landlock. */
int every_thread(const struct System *system, const struct Numbers *numbers, int folder, int ruleset) {
  static char entries[4096];
  long action[32] = {0}, former[32] = {0};
  long process, length, at;
  int kept = 0, before;
  to = *system;
  number = *numbers;
  rules = ruleset;
  process = to.call(number.getpid, 0, 0, 0, 0, 0);
  action[0] = (long)interrupted;
  ((int *)action)[FLAGS_AT] = SA_RESTART;
  to.action(SIGSYS, action, former);
  /* one that was not asked yet may have started another one meanwhile */
  do {
    before = seen_count;
    to.call(number.lseek, folder, 0, 0, 0, 0);
    while ((length = to.call(number.getdents64, folder, (long)entries, sizeof entries, 0, 0)) > 0) {
      for (at = 0; at < length; at += ((struct Entry *)(entries + at))->length) {
        int thread = thread_of(((struct Entry *)(entries + at))->name);
        if (thread && is_new(thread) && !ask(process, thread)) kept++;
      }
    }
  } while (seen_count > before);
  to.action(SIGSYS, former, 0);
  return seen_count == MOST_THREADS ? kept + 1 : kept;
}
