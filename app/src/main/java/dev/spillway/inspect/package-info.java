/**
 * Looks at what has left: which records were shed, and whether every input record has exactly one outcome. Only reads, with
 * {@code read_committed}, in memory that does not grow with the number of records beyond a bit for each of them. Whatever comes
 * out of a record passes {@link dev.spillway.inspect.Printable} before a terminal sees it.
 */
@NullMarked
package dev.spillway.inspect;

import org.jspecify.annotations.NullMarked;
