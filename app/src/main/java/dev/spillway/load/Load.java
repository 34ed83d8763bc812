package dev.spillway.load;

/**
 * What is to be sent.
 *
 * @param topic where to
 * @param schedule when; belongs to this load alone, which uses it up
 * @param source what
 * @param threads how many threads make records and hand them over, 1 to {@link #MOST_THREADS}. With more than one the records and
 *     their times are the same, but two that follow each other may change places.
 */
public record Load(String topic, Schedule schedule, RecordSource source, int threads) {
    public static final int MOST_THREADS = 64;

    public Load {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("a load has 1 to " + MOST_THREADS + " threads");
        }
    }
}
