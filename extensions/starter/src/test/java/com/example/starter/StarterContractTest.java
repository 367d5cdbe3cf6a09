package com.example.starter;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.testkit.ExtensionContract;

/** What every extension has to keep: threads, memory, deadlines, restarts, hostile events. */
class StarterContractTest extends ExtensionContract {

  @Override
  protected Extension newExtension() {
    return new StarterExtension();
  }
}
