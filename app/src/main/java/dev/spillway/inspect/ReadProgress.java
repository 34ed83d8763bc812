package dev.spillway.inspect;

/** Is told how reading goes on, by the thread that reads. */
public interface ReadProgress {
    /** Tells nobody. */
    ReadProgress NONE = new ReadProgress() {
        @Override
        public void read(String what, long done, long total) {}

        @Override
        public void waiting(String why) {}
    };

    /**
     * Some of the way is behind.
     *
     * @param what is read
     * @param done offsets passed
     * @param total offsets to pass
     */
    void read(String what, long done, long total);

    /** Nothing has come for some seconds; the text says what is waited for. */
    void waiting(String why);
}
