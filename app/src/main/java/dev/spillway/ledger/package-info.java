@NullMarked
package dev.spillway.ledger;

import org.jspecify.annotations.NullMarked;
