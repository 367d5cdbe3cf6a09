/** What suites and the benchmark need to run the packaged server and talk to it. */
@NullMarked
package dev.evenkeel.testbed;

import org.jspecify.annotations.NullMarked;
