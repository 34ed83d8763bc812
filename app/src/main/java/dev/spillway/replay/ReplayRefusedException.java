package dev.spillway.replay;

/** A replay cannot begin or go on. The message is one sentence with the cause and the remedy. */
public final class ReplayRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean mistake;

    private ReplayRefusedException(String sentence, boolean mistake) {
        super(sentence);
        this.mistake = mistake;
    }

    static ReplayRefusedException mistake(String sentence) {
        return new ReplayRefusedException(sentence, true);
    }

    static ReplayRefusedException takenOver() {
        return new ReplayRefusedException(
                "another replay with the same name has begun meanwhile, or this one stood still for longer than a"
                        + " transaction may take: nothing is put back twice; let one of them run, or repeat this one",
                false);
    }

    /** Whether other options would help, rather than another state of the cluster. */
    public boolean isMistake() {
        return mistake;
    }
}
