package io.sallyport.explain.report;

import io.sallyport.explain.probe.ProbedHandshake;
import io.sallyport.explain.probe.Times;
import io.sallyport.explain.report.Ink.Colour;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTranscript.Step;
import io.sallyport.handshake.wire.WireText;
import java.util.List;

/** A handshake as a table: when, who to whom, what, how many bytes. */
final class StepsText {
    private static final int TIME = 11;
    private static final String CLIENT = "-->";
    private static final String SERVER = "<--";
    private static final String NOBODY = "   ";
    private static final String BELOW = " ".repeat(TIME + 6);
    private static final String ENCRYPTED = "encrypted";

    private final Page page;

    StepsText(Page page) {
        this.page = page;
    }

    void write(ProbedHandshake attempt) {
        page.title("handshake");
        page.line(
                Colour.DIM,
                Page.aligned("time", TIME) + "      " + Page.padded("step", Page.WIDTH - TIME - 11) + "bytes");
        if (attempt.connectNanos() < 0) {
            step(0, "", "TCP not connected", -1);
            return;
        }
        step(attempt.connectNanos(), "", "TCP connected (SYN, SYN-ACK, ACK)", -1);
        boolean done = attempt.handshakeNanos() < 0;
        for (Step step : attempt.transcript().steps()) {
            if (!done && step.nanos() > attempt.handshakeNanos()) {
                done = true;
                writeDone(attempt);
            }
            writeStep(step);
        }
        if (!done) {
            writeDone(attempt);
        }
        if (attempt.transcript().steps().stream().anyMatch(step -> step.detail().startsWith(ENCRYPTED))) {
            page.paragraph(Colour.DIM, BELOW, BELOW, "* encrypted; in TLS 1.3 told by size and position");
        }
        long unreadable = attempt.transcript().serverUnreadableAt();
        if (unreadable >= 0) {
            long bytes = attempt.transcript().bytesFromServer() - unreadable;
            page.paragraph(
                    null,
                    " ".repeat(TIME) + "  " + SERVER + " ",
                    BELOW,
                    bytes + " bytes that are no TLS: \"" + WireText.printable(attempt.firstBytes()) + "\"");
        }
    }

    private void writeStep(Step step) {
        String arrow = step.direction() == Direction.CLIENT_TO_SERVER ? CLIENT : SERVER;
        boolean encrypted = step.detail().startsWith(ENCRYPTED);
        step(
                step.nanos(),
                arrow,
                step.what() + (encrypted ? " *" : "") + (step.complete() ? "" : ", cut off"),
                step.bytes());
        if (!step.detail().isEmpty() && !encrypted) {
            page.paragraph(Colour.DIM, BELOW, BELOW, step.detail());
        }
    }

    private void writeDone(ProbedHandshake attempt) {
        String keys = attempt.session() == null ? "" : attempt.session().cipher();
        step(attempt.handshakeNanos(), "", "handshake done, session keys for " + keys, -1);
    }

    private void step(long nanos, String arrow, String what, int bytes) {
        String size = bytes < 0 ? "" : String.valueOf(bytes);
        String start = Page.aligned(Times.millis(nanos), TIME) + "  " + (arrow.isEmpty() ? NOBODY : arrow) + " ";
        List<String> lines = Page.wrapped(what, Page.WIDTH - start.length() - 7);
        page.line(null, start + Page.padded(lines.get(0), Page.WIDTH - start.length() - 6) + Page.aligned(size, 6));
        lines.stream().skip(1).forEach(line -> page.line(null, BELOW + line));
    }
}
