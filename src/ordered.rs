//! An ordered parallel map: workers produce events for items, and one consumer receives them in the order of the items.
//!
//! Memory is bounded by three rules: the channel is bounded, no worker begins a batch far ahead of the current one,
//! and parts of a batch are only sent once it is current.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The destination of an item's events.
pub trait Sink<E> {
    /// Adds an event. Returns false once the consumer has stopped.
    fn send(&mut self, event: E) -> bool;

    /// Adds an event that is a large part of an item, without buffering it until the batch is complete.
    fn send_part(&mut self, event: E) -> bool;

    /// Returns true if the consumer has reached this batch, so that parts need not be buffered. `wait` blocks until
    /// then.
    fn is_due(&mut self, wait: bool) -> bool;
}

/// The number of batches per thread that may be begun ahead of the current one: enough that no thread waits for a
/// slow item, and few enough to bound the memory during a very slow one.
const BATCHES_AHEAD: usize = 8;

/// Returns the number of items in a batch. The consumer is woken once for each batch, but should not wait for many
/// large items.
fn batch_size(items: usize, threads: usize) -> usize {
    (items / threads / 16).clamp(1, 32)
}

/// Applies a worker to each item and passes the events to `consume` in the order of the items.
///
/// Each thread has its own worker. A worker returns false if the sink did, and then no further item is begun.
///
/// Errors: the first error of `consume`.
pub fn for_each<I: Sync, E: Send, X, W: FnMut(&I, &mut dyn Sink<E>) -> bool>(
    items: &[I],
    threads: usize,
    worker: impl Fn() -> W + Sync,
    mut consume: impl FnMut(E) -> Result<(), X>,
) -> Result<(), X> {
    if threads <= 1 {
        return on_this_thread(items, worker(), consume);
    }
    let size = batch_size(items.len(), threads);
    let ahead = size * threads * BATCHES_AHEAD;
    let (next, position) = (AtomicUsize::new(0), ConsumerPosition::default());
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel(threads * 4);
        for number in 0..threads {
            let (sender, worker, next, position) = (sender.clone(), &worker, &next, &position);
            let thread = thread::Builder::new().spawn_scoped(scope, move || {
                let _close = position.close_on_panic();
                let mut worker = worker();
                loop {
                    let first = next.fetch_add(size, Relaxed);
                    let Some(rest) = items.get(first..).filter(|rest| !rest.is_empty()) else {
                        break;
                    };
                    // The thread with the current batch never waits here, because batches are taken in order.
                    if !position.wait_for(first.saturating_sub(ahead)) {
                        break;
                    }
                    let events = Vec::with_capacity(size);
                    let mut queue = Queue {
                        sender: &sender,
                        position,
                        first,
                        events,
                    };
                    let mut batch = rest.iter().take(size);
                    let done = batch.len();
                    if !batch.all(|item| worker(item, &mut queue)) || !queue.flush(done) {
                        break;
                    }
                }
            });
            // If the system has no more threads, the existing ones, or this one, do all the work.
            match thread {
                Ok(_) => {}
                Err(_) if number > 0 => break,
                Err(_) => return on_this_thread(items, worker(), consume),
            }
        }
        drop(sender);
        let _close = position.close_on_drop();
        let mut early: BTreeMap<usize, Batch<E>> = BTreeMap::new();
        let mut due = 0;
        for (first, batch) in receiver {
            early.entry(first).or_default().append(batch);
            while let Some(batch) = early.remove(&due) {
                batch.events.into_iter().try_for_each(&mut consume)?;
                if batch.done == 0 {
                    break;
                }
                due += batch.done;
                position.advance_to(due);
            }
        }
        Ok(())
    })
}

fn on_this_thread<I, E, X>(
    items: &[I],
    mut worker: impl FnMut(&I, &mut dyn Sink<E>) -> bool,
    consume: impl FnMut(E) -> Result<(), X>,
) -> Result<(), X> {
    let mut direct = Direct {
        consume,
        outcome: Ok(()),
    };
    for item in items {
        if !worker(item, &mut direct) {
            break;
        }
    }
    direct.outcome
}

/// Calls the consumer directly.
struct Direct<F, X> {
    consume: F,
    outcome: Result<(), X>,
}

impl<E, X, F: FnMut(E) -> Result<(), X>> Sink<E> for Direct<F, X> {
    fn send(&mut self, event: E) -> bool {
        if self.outcome.is_ok() {
            self.outcome = (self.consume)(event);
        }
        self.outcome.is_ok()
    }

    fn send_part(&mut self, event: E) -> bool {
        self.send(event)
    }

    fn is_due(&mut self, _wait: bool) -> bool {
        true
    }
}

/// The events of a batch of items, or a part of them.
struct Batch<E> {
    events: Vec<E>,
    /// The number of items, once all their events are included; 0 until then.
    done: usize,
}

impl<E> Default for Batch<E> {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            done: 0,
        }
    }
}

impl<E> Batch<E> {
    fn append(&mut self, next: Self) {
        self.done = next.done;
        if self.events.is_empty() {
            self.events = next.events;
        } else {
            self.events.extend(next.events);
        }
    }
}

/// Collects the events of a batch and sends them to the consumer's thread.
struct Queue<'q, E> {
    sender: &'q SyncSender<(usize, Batch<E>)>,
    position: &'q ConsumerPosition,
    /// The index of the batch's first item.
    first: usize,
    events: Vec<E>,
}

impl<E> Queue<'_, E> {
    /// Sends the parts collected since the last call; `done` as in [`Batch`].
    fn flush(&mut self, done: usize) -> bool {
        let events = std::mem::take(&mut self.events);
        self.sender.send((self.first, Batch { events, done })).is_ok()
    }
}

impl<E> Sink<E> for Queue<'_, E> {
    fn send(&mut self, event: E) -> bool {
        self.events.push(event);
        true
    }

    fn send_part(&mut self, event: E) -> bool {
        self.events.push(event);
        self.flush(0)
    }

    fn is_due(&mut self, wait: bool) -> bool {
        if wait {
            self.position.wait_for(self.first);
        }
        self.position.has_reached(self.first)
    }
}

/// The index of the item that the consumer has reached; [`CLOSED`] once it has stopped.
#[derive(Default)]
struct ConsumerPosition {
    due: Mutex<usize>,
    advanced: Condvar,
}

/// Greater than every index, so that no thread waits.
const CLOSED: usize = usize::MAX;

/// Closes the position when it is dropped, so that the other threads do not wait forever for a thread that panicked,
/// or for a consumer that returned.
struct Close<'t> {
    position: &'t ConsumerPosition,
    only_on_panic: bool,
}

impl Drop for Close<'_> {
    fn drop(&mut self) {
        if !self.only_on_panic || thread::panicking() {
            self.position.advance_to(CLOSED);
        }
    }
}

impl ConsumerPosition {
    const fn close_on_drop(&self) -> Close<'_> {
        Close {
            position: self,
            only_on_panic: false,
        }
    }

    const fn close_on_panic(&self) -> Close<'_> {
        Close {
            position: self,
            only_on_panic: true,
        }
    }

    /// Advances to an item; never goes back.
    fn advance_to(&self, number: usize) {
        let mut due = self.due();
        *due = number.max(*due);
        drop(due);
        self.advanced.notify_all();
    }

    fn has_reached(&self, number: usize) -> bool {
        *self.due() >= number
    }

    /// Blocks until the item is reached. Returns false if the position is closed.
    fn wait_for(&self, number: usize) -> bool {
        let due = self.advanced.wait_while(self.due(), |due| *due < number);
        *due.unwrap_or_else(PoisonError::into_inner) != CLOSED
    }

    fn due(&self) -> MutexGuard<'_, usize> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    const THREADS: usize = 2;
    const ITEMS: usize = 4_000;

    /// Returns the index, plus one, of the first item that may not be begun before the first batch is consumed.
    fn bound() -> usize {
        let size = batch_size(ITEMS, THREADS);
        size + size * THREADS * BATCHES_AHEAD
    }

    /// A run whose first item only finishes once the other worker is as far ahead as allowed.
    #[derive(Default)]
    struct Slow {
        begun: Mutex<usize>,
        more: Condvar,
        consumed: AtomicUsize,
        /// True if an item was begun too far ahead.
        too_far: AtomicBool,
        panics: bool,
    }

    impl Slow {
        fn work(&self, number: usize, sink: &mut dyn Sink<usize>) -> bool {
            if number == 0 {
                self.wait();
                assert!(!self.panics, "it goes wrong");
            } else {
                let consumed = self.consumed.load(Relaxed);
                self.too_far.fetch_or(number >= consumed + bound(), Relaxed);
                *self.begun.lock().unwrap() += 1;
                self.more.notify_all();
            }
            sink.send(number)
        }

        /// Waits until the other worker has begun all allowed items, and had time to begin one more.
        fn wait(&self) {
            let may = bound() - batch_size(ITEMS, THREADS);
            let begun = self.begun.lock().unwrap();
            drop(self.more.wait_while(begun, |begun| *begun < may).unwrap());
            (0..1_000).for_each(|_| thread::yield_now());
        }

        fn run(&self, mut consume: impl FnMut(usize) -> Result<(), ()>) -> Result<(), ()> {
            let items: Vec<usize> = (0..ITEMS).collect();
            let worker = || |number: &usize, sink: &mut dyn Sink<usize>| self.work(*number, sink);
            for_each(&items, THREADS, worker, |number| {
                self.consumed.fetch_add(1, Relaxed);
                consume(number)
            })
        }
    }

    #[test]
    fn no_worker_runs_far_ahead_of_a_slow_item() {
        let (slow, mut consumed) = (Slow::default(), Vec::new());
        let outcome = slow.run(|number| {
            consumed.push(number);
            Ok(())
        });
        assert!(outcome.is_ok());
        assert!(consumed.into_iter().eq(0..ITEMS));
        assert!(!slow.too_far.into_inner());
    }

    #[test]
    fn workers_stop_with_the_consumer() {
        let slow = Slow::default();
        assert_eq!(slow.run(|_| Err(())), Err(()));
        // Only the rest of the first batch was begun after that.
        assert_eq!(slow.begun.into_inner().unwrap() + 1, bound());
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn no_worker_waits_for_one_that_panics() {
        let slow = Slow {
            panics: true,
            ..Slow::default()
        };
        let _ = slow.run(|_| Ok(()));
    }

    #[test]
    fn parts_keep_the_order_of_the_items() {
        let items: Vec<usize> = (0..ITEMS).collect();
        for threads in [1, 2, 5] {
            let worker = || {
                |number: &usize, sink: &mut dyn Sink<(usize, usize)>| {
                    (0..number % 3).all(|part| {
                        let event = (*number, part);
                        if sink.is_due(part == 1) {
                            sink.send_part(event)
                        } else {
                            sink.send(event)
                        }
                    })
                }
            };
            let mut consumed = Vec::new();
            let outcome: Result<(), ()> = for_each(&items, threads, worker, |event| {
                consumed.push(event);
                Ok(())
            });
            assert!(outcome.is_ok());
            let all = items
                .iter()
                .flat_map(|number| (0..number % 3).map(|part| (*number, part)));
            assert!(consumed.into_iter().eq(all), "{threads} threads");
        }
    }

    #[test]
    fn the_position_never_goes_back_and_wakes_all_threads_once_closed() {
        let position = ConsumerPosition::default();
        assert!(position.has_reached(0) && !position.has_reached(1));
        thread::scope(|scope| {
            let close = position.close_on_drop();
            let reached = scope.spawn(|| position.wait_for(2));
            let closed = scope.spawn(|| position.wait_for(700));
            position.advance_to(2);
            assert!(reached.join().unwrap());
            drop(close);
            assert!(!closed.join().unwrap());
        });
        position.advance_to(3);
        assert!(position.has_reached(700));
    }
}
