/**
 * To test an extension without a server: {@link dev.evenkeel.extension.testkit.ExtensionHarness}
 * runs it, {@link dev.evenkeel.extension.testkit.RecordedEvents} has real events for it, and {@link
 * dev.evenkeel.extension.testkit.Reaction} says what it did with one.
 */
@NullMarked
package dev.evenkeel.extension.testkit;

import org.jspecify.annotations.NullMarked;
