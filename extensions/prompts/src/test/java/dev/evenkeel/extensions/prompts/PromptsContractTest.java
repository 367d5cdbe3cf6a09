package dev.evenkeel.extensions.prompts;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.testkit.ExtensionContract;

class PromptsContractTest extends ExtensionContract {

  @Override
  protected Extension newExtension() {
    return new PromptsExtension();
  }
}
