/*
 * Ends the gateway when it is asked to stop, although its event loop may not turn: some seconds after the first request,
 * at once at the second. Compiled when the gateway starts; only what may be called in a signal handler is called.
 */
typedef void (*Handler)(int);

/* What is called of the C library, which is in the process already: where a gateway runs there need be nothing to link with. */
struct System {
  Handler (*signal)(int number, Handler handler);
  unsigned (*alarm)(unsigned seconds);
  long (*write)(int file, const void *bytes, unsigned long length);
  void (*exit)(int status);
};

enum { SIGINT = 2, SIGALRM = 14, SIGTERM = 15, STANDARD_ERROR = 2 };

static struct System to;
static Handler heard_interrupt, heard_terminate;
static volatile int asked;
static unsigned patience;
static int late_status, twice_status;
static const char *late_text;
static unsigned long late_length;

static void late(int number) {
  to.write(STANDARD_ERROR, late_text, late_length);
  to.exit(late_status);
}

static void ask(int number) {
  Handler heard = number == SIGINT ? heard_interrupt : heard_terminate;
  if (asked++) to.exit(twice_status);
  to.alarm(patience);
  heard(number);
}

/* Whoever listens to the signals already is told of them as before. */
void guard(const struct System *system, unsigned seconds, int late_exit, int twice_exit, const char *text, unsigned length) {
  to = *system;
  patience = seconds;
  late_status = late_exit;
  twice_status = twice_exit;
  late_text = text;
  late_length = length;
  to.signal(SIGALRM, late);
  heard_interrupt = to.signal(SIGINT, ask);
  heard_terminate = to.signal(SIGTERM, ask);
}
