@NullMarked
package dev.spillway.flow;

import org.jspecify.annotations.NullMarked;
