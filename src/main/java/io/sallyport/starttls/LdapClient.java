package io.sallyport.starttls;

import io.netty.buffer.ByteBuf;

/** StartTLS (RFC 4511 section 4.14). */
final class LdapClient implements StartTlsClient {
    private static final int ID = 1;

    @Override
    public String opening() {
        return LdapMessage.startTls(ID).written();
    }

    @Override
    public Heard read(ByteBuf received) {
        try {
            int length = LdapMessage.length(received);
            if (length == 0 || received.readableBytes() < length) {
                return Heard.MORE;
            }
            LdapMessage answer = LdapMessage.read(received.readSlice(length));
            int code = answer.resultCode();
            if (answer.id() != ID || answer.tag() != LdapMessage.EXTENDED_RESPONSE || code < 0) {
                return new Heard.Broken("the server answers StartTLS with another message than its response");
            }
            return code == 0
                    ? new Heard.Ready("")
                    : new Heard.Refused("the server answers StartTLS with the result code " + code);
        } catch (LdapMessage.MalformedException e) {
            return new Heard.Broken(String.valueOf(e.getMessage()));
        }
    }
}
