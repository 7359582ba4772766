package io.sallyport.tls.token;

import java.util.List;

/** What is needed of a PKCS#11 module (OASIS PKCS #11 2.40 section 5). Everything may block for as long as the token likes. */
interface Cryptoki {

    /**
     * A token as it describes itself.
     *
     * @param label without the blanks that fill it up
     * @param flags CKF_
     */
    record TokenInfo(long slot, String label, long flags) {
        private static final long FINAL_TRY = 0x20000;
        private static final long LOCKED = 0x40000;

        boolean locksWithTheNextWrongPin() {
            return (flags & FINAL_TRY) != 0;
        }

        boolean isLocked() {
            return (flags & LOCKED) != 0;
        }
    }

    /**
     * Ends the module and starts it again, where it lists no token (C_Finalize and C_Initialize, section 5.4); all sessions are gone
     * then. While a call of it hangs it is left as it is.
     */
    void restart() throws TokenException;

    /** Those that are there now. */
    List<TokenInfo> tokens() throws TokenException;

    /** A session in which nothing is written. */
    long openSession(long slot) throws TokenException;

    void closeSession(long session) throws TokenException;

    /** Logs the user in, for all sessions of this process. */
    void login(long session, char[] pin) throws TokenException;

    /** The private keys with this label and of this type (CKK_), two at most. */
    long[] privateKeys(long session, String label, long type) throws TokenException;

    byte[] sign(long session, long key, Mechanism mechanism, byte[] data) throws TokenException;
}
