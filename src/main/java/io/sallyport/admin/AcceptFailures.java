package io.sallyport.admin;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of the listening channel's pipeline. Netty retries each second and would log a stack trace each time. */
final class AcceptFailures extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.admin");

    private boolean logged;

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!logged) {
            logged = true;
            LOG.atWarn().setCause(cause).log("a connection could not be accepted; more of these are not logged");
        }
    }
}
