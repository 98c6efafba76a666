//! Which parts of the program ran, where it was built with a counter for each of its branches: `.ci/fuzz`
//! does so. Inputs that reach a new part are worth damaging further. Without counters nothing is told.

use std::sync::atomic::Ordering;

/// How often each part ran so far, as the classes that were seen of each.
#[derive(Default)]
pub(super) struct Reached {
    seen: Vec<u8>,
}

impl Reached {
    /// Whether the counters show something new since they were last looked at; sets them to zero.
    pub(super) fn is_new(&mut self) -> bool {
        let counters = counters::all();
        self.seen.resize(counters.len(), 0);
        let mut new = false;
        for (counter, seen) in counters.iter().zip(&mut self.seen) {
            let class = class_of(counter.load(Ordering::Relaxed));
            if class != 0 {
                counter.store(0, Ordering::Relaxed);
                new |= *seen & class == 0;
                *seen |= class;
            }
        }
        new
    }

    /// The number of parts that ran at all.
    pub(super) fn parts(&self) -> usize {
        self.seen.iter().filter(|&&seen| seen != 0).count()
    }
}

/// Once, twice, three times, then in powers of two: a loop that runs once more is nothing new.
fn class_of(count: u8) -> u8 {
    match count {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        4..=7 => 8,
        8..=15 => 16,
        16..=31 => 32,
        32..=127 => 64,
        _ => 128,
    }
}

#[allow(
    unsafe_code,
    reason = "the compiler's counters are bytes between two symbols"
)]
mod counters {
    use std::sync::atomic::{AtomicPtr, AtomicU8, Ordering};

    static FIRST: AtomicPtr<AtomicU8> = AtomicPtr::new(std::ptr::null_mut());
    static END: AtomicPtr<AtomicU8> = AtomicPtr::new(std::ptr::null_mut());

    /// Every part of a program with counters calls this before `main`, with the same two ends. Nobody
    /// calls it in a program without.
    #[unsafe(no_mangle)]
    extern "C" fn __sanitizer_cov_8bit_counters_init(first: *mut AtomicU8, end: *mut AtomicU8) {
        FIRST.store(first, Ordering::Relaxed);
        END.store(end, Ordering::Relaxed);
    }

    pub(super) fn all() -> &'static [AtomicU8] {
        let (first, end) = (FIRST.load(Ordering::Relaxed), END.load(Ordering::Relaxed));
        if first.is_null() {
            return &[];
        }
        // SAFETY: the linker puts the counters of all parts of the program between these two symbols; they
        // live as long as the program, and are bytes.
        unsafe { std::slice::from_raw_parts(first, (end as usize) - (first as usize)) }
    }
}

/// Whether the program was built with counters.
pub(super) fn is_measured() -> bool {
    !counters::all().is_empty()
}
