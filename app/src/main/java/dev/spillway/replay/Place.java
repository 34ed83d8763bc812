package dev.spillway.replay;

/**
 * How far a partition of the source was shown.
 *
 * @param offset all below it
 * @param within how many records of the tombstone at it; more than none only where that stands for several
 */
record Place(long offset, long within) {
    static Place later(Place one, Place other) {
        return one.offset > other.offset || (one.offset == other.offset && one.within > other.within) ? one : other;
    }
}
