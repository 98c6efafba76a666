//! An index from a 32-bit key to the numbers posted under it: sorted postings with a bucket
//! directory (decision 0001). It does not know what the numbers or the keys mean.

/// The number of postings per bucket that the directory is sized for.
const PER_BUCKET: usize = 4;

/// For each 32-bit key, the numbers posted under it, ascending and without duplicates.
///
/// A posting is one `u64`: the mixed key in the upper half, the number in the lower. The mixing
/// function is invertible: clustered keys, such as SSNs, spread evenly over the buckets, and two
/// keys never collide.
pub struct Postings {
    entries: Vec<u64>,
    /// The first posting of each bucket, and one more entry for the end of the last.
    directory: Vec<u32>,
    shift: u32,
}

/// Spreads a key over all 32 bits. Invertible, so two keys never collide.
#[inline]
fn mix(key: u32) -> u32 {
    let mut x = key;
    x ^= x >> 16;
    x = x.wrapping_mul(0x21f0_aaad);
    x ^= x >> 15;
    x = x.wrapping_mul(0x735a_2d97);
    x ^ (x >> 15)
}

impl Postings {
    /// Builds an index in two passes. `post` is called once per pass and must hand over the same
    /// keys and numbers both times. `count` is an estimate of how many there are.
    pub fn build(count: usize, post: impl Fn(&mut dyn FnMut(u32, u32))) -> Self {
        let bits = (count / PER_BUCKET).max(1).ilog2();
        let shift = 32 - bits;
        let bucket = |mixed: u32| (u64::from(mixed) >> shift) as usize;
        let mut directory = vec![0_u32; (1 << bits) + 1];
        post(&mut |key, _| directory[bucket(mix(key)) + 1] += 1);
        for place in 1..directory.len() {
            directory[place] += directory[place - 1];
        }
        let mut entries = vec![0_u64; directory.last().map_or(0, |&n| n as usize)];
        let mut next = directory.clone();
        post(&mut |key, number| {
            let mixed = mix(key);
            let place = &mut next[bucket(mixed)];
            entries[*place as usize] = u64::from(mixed) << 32 | u64::from(number);
            *place += 1;
        });
        drop(next);
        let mut kept = 0;
        for place in 0..directory.len() - 1 {
            let (first, end) = (directory[place] as usize, directory[place + 1] as usize);
            entries[first..end].sort_unstable();
            directory[place] = kept as u32;
            for at in first..end {
                if at == first || entries[at] != entries[at - 1] {
                    entries[kept] = entries[at];
                    kept += 1;
                }
            }
        }
        if let Some(last) = directory.last_mut() {
            *last = kept as u32;
        }
        entries.truncate(kept);
        entries.shrink_to_fit();
        Postings {
            entries,
            directory,
            shift,
        }
    }

    /// The numbers posted under a key, ascending.
    #[inline]
    pub fn rows(&self, key: u32) -> impl ExactSizeIterator<Item = u32> + Clone + '_ {
        self.of(key).iter().map(|&entry| entry as u32)
    }

    /// The number of postings under a key.
    #[inline]
    pub fn count(&self, key: u32) -> usize {
        self.of(key).len()
    }

    /// The bucket of a key: the first step of a lookup. A caller can take this step for several
    /// keys before the next step, so that the cache misses overlap.
    #[inline]
    pub(crate) fn bucket(&self, key: u32) -> std::ops::Range<u32> {
        let place = (u64::from(mix(key)) >> self.shift) as usize;
        self.directory[place]..self.directory[place + 1]
    }

    /// The posting at a place, or 0 beyond the last. Used to prefetch.
    #[inline]
    pub(crate) fn entry(&self, place: u32) -> u64 {
        self.entries
            .get(place as usize)
            .copied()
            .unwrap_or_default()
    }

    /// The smallest number posted under a key, given the bucket of the key.
    #[inline]
    pub(crate) fn first_in(&self, key: u32, bucket: std::ops::Range<u32>) -> Option<u32> {
        self.within(key, bucket).first().map(|&entry| entry as u32)
    }

    #[inline]
    fn of(&self, key: u32) -> &[u64] {
        self.within(key, self.bucket(key))
    }

    #[inline]
    fn within(&self, key: u32, bucket: std::ops::Range<u32>) -> &[u64] {
        let mixed = mix(key);
        let bucket = &self.entries[bucket.start as usize..bucket.end as usize];
        let is_before = |entry: &u64| ((entry >> 32) as u32) < mixed;
        let is_of = |entry: &u64| (entry >> 32) as u32 == mixed;
        if bucket.len() <= 16 {
            let first = bucket.iter().take_while(|entry| is_before(entry)).count();
            let length = bucket[first..]
                .iter()
                .take_while(|entry| is_of(entry))
                .count();
            &bucket[first..first + length]
        } else {
            let rest = &bucket[bucket.partition_point(is_before)..];
            &rest[..rest.partition_point(is_of)]
        }
    }

    /// Every run of more than `limit` postings under one key.
    pub fn crowded(&self, limit: usize) -> impl Iterator<Item = impl Iterator<Item = u32> + '_> {
        self.entries
            .chunk_by(|a, b| a >> 32 == b >> 32)
            .filter(move |run| run.len() > limit)
            .map(|run| run.iter().map(|&entry| entry as u32))
    }

    /// The number of postings.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if nothing is posted.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn postings_equal_a_plain_map() {
        let shapes: [fn(u32) -> u32; 5] = [
            |i| i,
            |i| i % 7,
            |_| 900_000_000,
            |i| i.wrapping_mul(0x9e37_79b9),
            |i| u32::MAX - i / 3,
        ];
        for shape in shapes {
            for count in [0, 1, 2, 100, 5000] {
                let mut plain: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
                for number in 0..count {
                    plain.entry(shape(number)).or_default().push(number);
                }
                let postings = Postings::build(count as usize, |emit| {
                    for number in (0..count).rev() {
                        emit(shape(number), number);
                        emit(shape(number), number);
                    }
                });
                assert_eq!(postings.len(), count as usize);
                for key in (0..count).map(shape).chain([0, 1, 77, u32::MAX]) {
                    let expected = plain.get(&key).cloned().unwrap_or_default();
                    assert_eq!(postings.rows(key).collect::<Vec<_>>(), expected);
                    assert_eq!(postings.count(key), expected.len());
                }
                let crowded = postings.crowded(3).map(Iterator::count).sum::<usize>();
                let expected: usize = plain.values().map(Vec::len).filter(|&n| n > 3).sum();
                assert_eq!(crowded, expected);
            }
        }
    }

    #[test]
    fn mixing_meets_no_two_keys() {
        let mut mixed: Vec<_> = (0..100_000)
            .map(|i: u32| mix(i.wrapping_mul(42_949)))
            .collect();
        mixed.sort_unstable();
        mixed.dedup();
        assert_eq!(mixed.len(), 100_000);
    }
}
