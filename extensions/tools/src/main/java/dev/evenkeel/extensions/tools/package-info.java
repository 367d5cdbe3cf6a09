/** Says of each tool call how long it took and how it ended. */
@NullMarked
package dev.evenkeel.extensions.tools;

import org.jspecify.annotations.NullMarked;
