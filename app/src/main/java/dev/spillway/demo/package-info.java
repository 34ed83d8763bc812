@NullMarked
package dev.spillway.demo;

import org.jspecify.annotations.NullMarked;
