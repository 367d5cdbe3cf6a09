package com.example.starter;

import java.util.List;

/**
 * What may be configured: {@code evenkeel.extensions.starter.*}.
 *
 * @param blockedCommands no command of an agent may contain one of these
 */
record StarterConfig(List<String> blockedCommands) {

  /** The defaults. */
  StarterConfig() {
    this(List.of("rm -rf /"));
  }
}
