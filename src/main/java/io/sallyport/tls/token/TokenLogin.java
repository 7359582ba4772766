package io.sallyport.tls.token;

import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;

/** A token that is logged in to, with its sessions and the keys that were found. Safe for use by any thread. */
final class TokenLogin {
    private final String token;
    private final Cryptoki cryptoki;
    private final long slot;
    private final Deque<Long> idle = new ConcurrentLinkedDeque<>();
    private final Map<String, Long> keys = new ConcurrentHashMap<>();

    /** @param session one that is open */
    TokenLogin(String token, Cryptoki cryptoki, long slot, long session) {
        this.token = token;
        this.cryptoki = cryptoki;
        this.slot = slot;
        idle.add(session);
    }

    /** In a session of its own: one does a single thing at a time. After a fault the session is not used again. */
    byte[] sign(String key, long type, Mechanism mechanism, byte[] data) throws TokenException {
        Long open = idle.poll();
        long session = open == null ? cryptoki.openSession(slot) : open;
        byte[] signature = cryptoki.sign(session, key(session, key, type), mechanism, data);
        idle.add(session);
        return signature;
    }

    private long key(long session, String label, long type) throws TokenException {
        String name = type + "/" + label;
        Long known = keys.get(name);
        if (known != null) {
            return known;
        }
        long[] found = cryptoki.privateKeys(session, label, type);
        if (found.length != 1) {
            throw new TokenException((found.length == 0 ? "no private key" : "several private keys") + " \"" + label
                    + "\" of the certificate's kind on " + token + " (expected: one with this label)");
        }
        keys.put(name, found[0]);
        return found[0];
    }

    void close() {
        for (Long session = idle.poll(); session != null; session = idle.poll()) {
            try {
                cryptoki.closeSession(session);
            } catch (TokenException e) {
                return; // It is gone with the token.
            }
        }
    }
}
