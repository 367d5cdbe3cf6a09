/**
 * What the server and the testkit have in common, so that a test sees what the server does: how
 * settings become a record, what may be registered, how much a call may add to events, and how
 * large an entry of a bounded map may be. Also a look at the bytes of an event that only the server
 * has. No part of the API: extensions do not use it, and any version may change it.
 */
@NullMarked
package dev.evenkeel.extension.internal;

import org.jspecify.annotations.NullMarked;
