package io.sallyport.tls.path;

/** Why a list that was received is not taken. */
public enum CrlFault {
    /** It is no revocation list, or not one of those that are understood. */
    MALFORMED,
    /** No trusted issuer signed it, or another one than the list that it would replace. */
    UNTRUSTED,
    /** It is older than the list that it would replace. */
    OLDER,
    /** It is of a time that has not come yet. */
    NOT_YET_VALID
}
