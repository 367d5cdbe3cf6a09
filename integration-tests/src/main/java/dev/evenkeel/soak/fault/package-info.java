/** Faults that happen while events flow, and the table of what came of each. */
@NullMarked
package dev.evenkeel.soak.fault;

import org.jspecify.annotations.NullMarked;
