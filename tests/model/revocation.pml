/* How several servers on one PostgreSQL revoke a key, as docs/REVOCATION.md promises it, for the model checker SPIN.
 *
 *     spin -o3 -a tests/model/revocation.pml && cc -O2 -w -DSAFETY -o pan pan.c && ./pan -E -m3000000 -w25
 *
 * looks at every order in which the steps below and the ticks of the clock can follow each other, and finds none in which a
 * verification that began after the answer is accepted. Each flag M_ breaks one rule of the protocol, as in
 * `spin -DM_ACK_FIRST -a`, and then there must be one. tests/it/model.rs runs all of it.
 *
 * A process may be paused between any two steps, for as long as one likes. Nothing is counted up, so nothing bounds how long
 * it all goes on: times are ages that stop where they matter no more, and of a beat the model only knows whether it is
 * still what the evictor noted. Servers renew, restart, crash and are evicted as often as they like.
 *
 * PLAIN leaves out drift, the other change, usage, and transactions that go on after a server gave them up: so a search of
 * two servers with all of their steps, N=2, comes to an end.
 *
 * There is one revocation, since keys know nothing of each other, and one change of something else, since changes share
 * their numbers. A step is one statement, one commit, or one access to memory. */

#ifndef L
#define L 2 /* A lease, in ticks. */
#endif
#ifndef N
#define N 1 /* Servers with all of their steps. When it is one, there is another that does with its row whatever it likes. */
#endif

/* While the others' clocks make this many ticks, a server's may miss one: the allowance for drift. */
#ifdef PLAIN
#define WAIT L
#else
#define WAIT (L + 1)
#endif
#define OVER L

/* The database: how far the change log has come, and node_leases. */
byte head;         /* The last number that a change took, */
bool taking;       /* whose transaction holds change_head. */
byte top;          /* The last number that can be read. */
byte rev;          /* The number of the revocation; 0 before. */
bool revoked;      /* It is committed. */
bool row[N + 1];
byte applied[N + 1];
bool beaten[N];    /* The beat is not what the evictor noted. */

/* The transaction by which a server renews holds its row until it ends, also when the server gave it up. */
mtype = { NONE, OPEN, DONE };
mtype renewal[N];
byte writes[N];    /* Its applied_rev. */

/* The memory of servers. */
bool live[N];      /* The index has the key. */
byte stands[N];    /* The number at which the index stands. */
byte sent[N];      /* How long ago the renewal under way was begun. */
byte lease[N];     /* How long ago the one was begun that granted the lease. */

/* A verification, at the first server: it is like any other. */
bool alive;        /* The process that got the request is still there. */
byte held = OVER;  /* The lease, as it was read. */

byte steady;       /* Ticks since the first server's clock missed one. */
byte waited;       /* Of the revoker. */
byte watched[N];   /* Of the evictor. */
bool answered;

#define older(age, end) age = (age < end -> age + 1 : end)

inline tick_of_servers() {
  older(held, OVER);
  i = 0;
  do
  :: i < N -> older(lease[i], OVER); older(sent[i], OVER); i++
  :: else -> break
  od;
  i = 0
}

inline tick_of_others() {
  older(waited, WAIT);
  i = 0;
  do
  :: i < N -> older(watched[i], WAIT); i++
  :: else -> break
  od;
  i = 0
}

proctype Clock() {
  byte i;
  do
  :: d_step { tick_of_servers(); tick_of_others(); older(steady, L) }
#ifndef PLAIN
  :: d_step { steady >= L -> steady = 0; tick_of_others() }
#endif
  od
}

/* Transactions end when they like. */
proctype Database(byte i) {
  do
  :: atomic { renewal[i] == OPEN -> renewal[i] = DONE; row[i] = true; beaten[i] = true; applied[i] = writes[i]; writes[i] = 0 }
  :: atomic { renewal[i] == OPEN -> renewal[i] = NONE; writes[i] = 0 }
  od
}

/* What is read of the change log, or of everything. */
inline read_all() { upto = top; good = !revoked }
inline read_changes() { upto = top; good = !(revoked && rev > stands[i]) }

inline ask() {
#ifndef M_T0_LATE
  sent[i] = 0; /* Its own clock, before anything is sent. */
#endif
  /* BEGIN; UPDATE node_leases; and then SELECT from change_log, which sees what was committed before that. */
  atomic {
    if
#ifdef M_RENEWAL_INSERTS
    :: renewal[i] != OPEN -> renewal[i] = OPEN
#else
    :: renewal[i] != OPEN && row[i] -> renewal[i] = OPEN
    :: renewal[i] != OPEN && !row[i] -> goto gone
#endif
    :: goto lost
    fi;
    writes[i] = stands[i];
    read_changes()
  }
  if
  :: atomic { renewal[i] == DONE -> renewal[i] = NONE }
#ifdef PLAIN
  :: atomic { renewal[i] != OPEN -> renewal[i] = NONE; goto lost }
#else
  :: goto lost /* The answer, or all of it; or it takes too long. */
#endif
  fi
#ifdef M_T0_LATE
  ; sent[i] = 0
#endif
}

inline apply() { /* The entry first: the index does not stand where it did not apply everything. */
  if
  :: !good -> live[i] = false
  :: else
  fi;
  atomic { stands[i] = (upto > stands[i] -> upto : stands[i]); good = true; upto = 0 }
}

inline extend() { atomic { lease[i] = sent[i]; sent[i] = OVER } }

inline acknowledge(number) {
  if
  :: atomic { renewal[i] != OPEN && row[i] -> applied[i] = number }
  :: true /* It gets lost, or there is no row. */
  fi
}

/* The thread of a server that follows the database, one at a time. */
proctype Node(byte i) {
  byte upto;
  bool good = true;

start: /* A process that knows nothing. Requests ended with the one before. */
  atomic {
    lease[i] = OVER; sent[i] = OVER; live[i] = true; stands[i] = 0; good = true; upto = 0;
    alive = (i == 0 -> false : alive)
  }
enter: /* A new row in place of the old one, which the model does not keep: the less is waited for. */
  atomic { row[i] = true; applied[i] = 0; beaten[i] = true; renewal[i] = NONE; writes[i] = 0 }
#ifdef M_LOAD_GRANTS
  sent[i] = 0;
#endif
  atomic { read_all() }
  atomic { live[i] = good; stands[i] = upto; good = true; upto = 0 }
#ifdef M_LOAD_GRANTS
  extend();
#endif
follow:
  do
  :: ask();
#ifdef M_EXTEND_FIRST
     extend(); apply()
#else
     apply(); extend()
#endif
  :: atomic { top > stands[i] -> read_changes() } /* Woken by a notification, or by its own look ten times a second. */
#ifdef M_ACK_FIRST
     acknowledge(upto); apply()
#else
     apply(); acknowledge(stands[i])
#endif
  :: lease[i] = OVER; /* It stops in order. */
     atomic { renewal[i] != OPEN -> row[i] = false; goto start }
  :: goto start /* It crashes. In the middle of something is as if that had got lost. */
  od;
lost: /* It knows no more than before. */
  atomic { sent[i] = OVER; good = true; upto = 0; goto follow }
gone: /* It was evicted: no lease, a new row, a new load. */
  atomic { lease[i] = OVER; sent[i] = OVER; goto enter }
}

/* Verifications that begin after the answer, one after the other: none before it can break the promise. */
#define ACCEPTED_IF(yes) atomic { if :: yes -> assert(false) :: else fi; held = OVER; found = false }
proctype Verifier() {
  bool found;
  do
#ifdef M_CACHED_CLOCK
  :: atomic { lease[0] < OVER -> alive = true } /* Fresh, by a clock that was read before the request came. */
     answered;
     found = live[0];
     ACCEPTED_IF(found && alive)
#elif defined(M_LOOKUP_FIRST)
  :: atomic { answered -> alive = true }
     found = live[0];
     held = lease[0];
     ACCEPTED_IF(found && alive && held < OVER)
#else
  :: atomic { answered -> alive = true } /* The request is there, all of it. */
     held = lease[0];
     found = live[0];
     ACCEPTED_IF(found && alive && held < OVER) /* By the clock as it is now. */
#endif
  od
}

/* Numbers are taken under the lock of change_head, so they are committed in their order. */
inline take_number(mine) {
#ifdef M_UNORDERED
  atomic { head++; mine = head }
#else
  atomic { !taking -> taking = true; head++; mine = head }
#endif
}
inline commit(mine) { taking = false; top = (mine > top -> mine : top) }

proctype OtherChange() {
  byte number;
  take_number(number);
  atomic { commit(number); number = 0 }
}

inline list() {
  d_step {
    i = 0;
    do
    :: i <= N -> missing[i] = row[i]; i++
    :: else -> break
    od;
    i = 0
  }
}

/* One that is not told how its commit ended says so, and answers nothing: no step of the model. */
proctype Revoker() {
  bool missing[N + 1];
  byte i;
#ifdef M_LIST_FIRST
  list();
#endif
  take_number(rev);
  atomic { commit(rev); revoked = true }
  waited = 0; /* Its own clock, after the commit. */
#ifdef M_UNLOGGED
  /* The database crashes here, after which an unlogged table is empty. */
  d_step { i = 0; do :: i <= N -> row[i] = false; i++ :: else -> break od; i = 0; }
#endif
#ifndef M_LIST_FIRST
  list();
#endif
#define HAS_IT(i) atomic { missing[i] && (applied[i] >= rev || !row[i]) -> missing[i] = false }
  do
  :: HAS_IT(0)
  :: HAS_IT(1)
#if N > 1
  :: HAS_IT(2)
  :: !missing[0] && !missing[1] && !missing[2] -> break
#elif defined(M_ONE_ACK)
  :: !missing[0] || !missing[1] -> break
#else
  :: !missing[0] && !missing[1] -> break
#endif
#ifdef M_WAIT_SHORT
  :: waited >= WAIT - 1 -> break
#else
  :: waited >= WAIT -> break
#endif
  od;
  atomic { missing[0] = false; missing[1] = false; missing[N] = false; waited = WAIT; answered = true }
}

/* Removes the row of a server that does not renew. */
proctype Evictor(byte i) {
  do
  :: atomic { row[i] -> beaten[i] = false; watched[i] = 0 }
#ifdef M_EVICT_EARLY
     watched[i] >= WAIT - 1;
#else
     watched[i] >= WAIT;
#endif
     atomic {
       renewal[i] != OPEN; /* DELETE waits for the row, and looks at what it is then. */
       if
#ifdef M_EVICT_BLIND
       :: true -> row[i] = false
#else
       :: !beaten[i] -> row[i] = false
#endif
       :: else
       fi;
       beaten[i] = true; watched[i] = WAIT
     }
  od
}

/* Takes the counts out of the key's entry, and adds them to tables of its own: it puts back neither an entry nor a row. */
proctype Usage() {
#ifdef M_ENTRY_PUT_BACK
  bool copy;
#endif
  do
#ifdef M_ENTRY_PUT_BACK
  :: copy = live[0];
     atomic { live[0] = copy; copy = false } /* The entry as it was, with its counts at zero. */
#elif defined(M_ROW_PUT_BACK)
  :: row[0] && !beaten[0]; /* The row with the beat that the evictor noted, */
     atomic { row[0] = true; beaten[0] = false } /* which is put back with the time of the last count. */
#else
  :: live[0] /* So it reads, and changes nothing of what is in the model. */
#endif
  od
}

/* Any other server, as far as the revoker sees of it. */
proctype Neighbour() {
  do
  :: atomic { row[N] = !row[N]; applied[N] = 0 }
  :: atomic { row[N] && applied[N] < top -> applied[N] = top }
  od
}

init {
  byte i;
  atomic {
    do
    :: i < N ->
       live[i] = true; lease[i] = OVER; sent[i] = OVER; watched[i] = WAIT; beaten[i] = true; renewal[i] = NONE;
       run Node(i); run Database(i); run Evictor(i);
       i++
    :: else -> break
    od;
    i = 0; steady = L; waited = WAIT;
    run Clock(); run Verifier(); run Revoker();
#ifndef PLAIN
    run OtherChange(); run Usage();
#endif
#if N == 1
    run Neighbour();
#endif
  }
}
