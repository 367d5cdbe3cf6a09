/** Cuts strings that are too long to be kept. */
@NullMarked
package dev.evenkeel.extensions.trim;

import org.jspecify.annotations.NullMarked;
