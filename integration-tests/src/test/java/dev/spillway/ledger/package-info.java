/** What the books of an epoch cost. */
@NullMarked
package dev.spillway.ledger;

import org.jspecify.annotations.NullMarked;
