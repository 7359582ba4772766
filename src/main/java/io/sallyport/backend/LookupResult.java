package io.sallyport.backend;

import org.jspecify.annotations.Nullable;

/**
 * What came of looking the name of a server up.
 *
 * @param answer null: it was not found
 * @param problem why it was not found, in words; else empty
 */
public record LookupResult(NameResolver.@Nullable Answer answer, String problem) {
    public static LookupResult found(NameResolver.Answer answer) {
        return new LookupResult(answer, "");
    }

    public static LookupResult notFound(String problem) {
        return new LookupResult(null, problem);
    }
}
