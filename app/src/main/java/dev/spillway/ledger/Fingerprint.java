package dev.spillway.ledger;

/**
 * A 64-bit additive fingerprint of a set of records: the wrapping sum of a mixed hash of (topic, partition, offset).
 *
 * <p>A sum does not care for order and can be taken back by subtraction, so that any thread may add to it and a cut may
 * remove from it. Two different multisets of records of the same size have the same sum with a probability of about
 * 2<sup>-64</sup>: losing one record while counting another twice keeps a count, but not this.
 *
 * <p>The mixing step is David Stafford's variant 13 of the MurmurHash3 finaliser, as in SplitMix64 (Steele, Lea, Flood: Fast
 * Splittable Pseudorandom Number Generators, OOPSLA 2014); the topic is hashed with 64-bit FNV-1a.
 */
final class Fingerprint {
    private static final long FNV_OFFSET_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private Fingerprint() {}

    /** The part of the hash that all records of a partition share. */
    static long seed(PartitionId partition) {
        long hash = FNV_OFFSET_BASIS;
        String topic = partition.topic();
        for (int i = 0; i < topic.length(); i++) {
            hash = (hash ^ topic.charAt(i)) * FNV_PRIME;
        }
        return mix(hash + partition.number() * GOLDEN_GAMMA);
    }

    /** The hash of one record. */
    static long of(long partitionSeed, long offset) {
        return mix(partitionSeed + offset * GOLDEN_GAMMA);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
