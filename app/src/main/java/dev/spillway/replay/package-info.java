/**
 * Puts back what was shed or failed. A tombstone's record is fetched from the input topic, a dead letter carries its own; each is
 * written to the input topic once, in one transaction with the place in the drop or dead letter topic up to which a replay has
 * come: {@link dev.spillway.replay.Replay} reads, {@link dev.spillway.replay.Selection} chooses, {@link
 * dev.spillway.replay.ReplayTransactions} writes, and {@link dev.spillway.replay.Bookmark} is what stays for a repetition.
 */
@NullMarked
package dev.spillway.replay;

import org.jspecify.annotations.NullMarked;
