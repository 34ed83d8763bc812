/** Random faults in a whole cluster under load, and what they cost. */
@NullMarked
package dev.spillway.chaos;

import org.jspecify.annotations.NullMarked;
