package dev.spillway.chaos;

/** What a fault has done and what will make it good again. */
interface Injury {
    /** Done and over: there is nothing to make good. */
    Injury NONE = () -> {};

    void heal() throws Exception;
}
