/** Says of each event on which Git branch its agent works. */
@NullMarked
package dev.evenkeel.extensions.gitbranch;

import org.jspecify.annotations.NullMarked;
