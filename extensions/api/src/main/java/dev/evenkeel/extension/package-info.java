/**
 * What the author of an Evenkeel extension sees: an {@link dev.evenkeel.extension.Extension} starts
 * with an {@link dev.evenkeel.extension.ExtensionContext} and registers filters, guards,
 * processors, bounded maps and periodic tasks on {@link dev.evenkeel.extension.HookEvent}s.
 *
 * <p>The version is 0.x: until 1.0 a minor version may change this package, a patch version never
 * does.
 */
@NullMarked
package dev.evenkeel.extension;

import org.jspecify.annotations.NullMarked;
