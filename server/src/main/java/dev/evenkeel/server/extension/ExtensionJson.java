package dev.evenkeel.server.extension;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.LRUMap;
import com.fasterxml.jackson.databind.util.LookupCache;

/**
 * Makes the mapper of one extension. Mappers remember classes, and all of them share what the
 * default type factory remembers: a shared one would keep an extension's classes after it is gone.
 */
final class ExtensionJson {

  private static final int REMEMBERED_TYPES = 200;

  private ExtensionJson() {}

  static JsonMapper mapper() {
    LookupCache<Object, JavaType> remembered = new LRUMap<>(16, REMEMBERED_TYPES);
    TypeFactory types = TypeFactory.defaultInstance().withCache(remembered);
    return JsonMapper.builder()
        .typeFactory(types)
        .addModules(MapperBuilder.findModules(ExtensionJson.class.getClassLoader()))
        .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .build();
  }
}
