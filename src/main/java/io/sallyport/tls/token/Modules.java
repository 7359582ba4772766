package io.sallyport.tls.token;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Each module once for all tokens of it: whoever ends one has to know who else is in a call of it. */
final class Modules implements Token.Loader {
    private final Token.Loader loader;
    private final Map<Path, Cryptoki> loaded = new ConcurrentHashMap<>();

    Modules(Token.Loader loader) {
        this.loader = loader;
    }

    @Override
    public Cryptoki load(Path file) throws TokenException {
        Cryptoki known = loaded.get(file);
        if (known != null) {
            return known;
        }
        // Not within the map: a module that hangs as it starts would hold up the others.
        Cryptoki now = loader.load(file);
        Cryptoki first = loaded.putIfAbsent(file, now);
        return first == null ? now : first;
    }
}
