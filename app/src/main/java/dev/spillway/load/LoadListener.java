package dev.spillway.load;

/** Is told how a load goes on, a few times a second, by the thread that makes it. */
@FunctionalInterface
public interface LoadListener {
    void progress(LoadReport soFar);
}
