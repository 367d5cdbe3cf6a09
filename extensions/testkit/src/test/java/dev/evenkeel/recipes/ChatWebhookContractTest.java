package dev.evenkeel.recipes;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.testkit.ExtensionContract;
import java.util.Map;

class ChatWebhookContractTest extends ExtensionContract {

  @Override
  protected Extension newExtension() {
    return new ChatWebhookExtension();
  }

  /**
   * A port where nobody listens, and room for all messages: what is skipped is a matter of time.
   */
  @Override
  protected Map<String, String> config() {
    return Map.of("url", "http://127.0.0.1:9/hook", "queue", "200000");
  }
}
