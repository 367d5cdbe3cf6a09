/** Sums up each turn: what was asked, what was answered, how long it took, what was called. */
@NullMarked
package dev.evenkeel.extensions.prompts;

import org.jspecify.annotations.NullMarked;
