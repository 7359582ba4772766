package io.sallyport.acme;

import io.sallyport.metrics.AcmeMeters.OrderResult;
import io.sallyport.text.SafeText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;

/** What is wrong when an authority says no, or says nothing. Told by the type of the fault, never by its text. */
final class Failures {
    private static final int LONGEST = 500;

    private Failures() {}

    /** Something that an authority is asked for. */
    @FunctionalInterface
    interface Request<T> {
        T send() throws AcmeException, InterruptedException;
    }

    /** Something that an authority is told. */
    @FunctionalInterface
    interface Telling {
        void send() throws AcmeException, InterruptedException;
    }

    static void tellAuthority(Telling telling) throws OrderFailure, InterruptedException {
        ofAuthority(() -> {
            telling.send();
            return telling;
        });
    }

    static <T> T ofAuthority(Request<T> request) throws OrderFailure, InterruptedException {
        try {
            return request.send();
        } catch (AcmeException e) {
            throw of(e);
        } catch (AcmeLazyLoadingException e) {
            throw e.getCause() instanceof AcmeException cause ? of(cause) : protocol(e);
        } catch (AcmeProtocolException e) {
            throw protocol(e);
        } catch (IllegalArgumentException | IllegalStateException e) {
            // The library's way to say that a field of an answer is missing, or of another kind.
            throw protocol(e);
        }
    }

    static OrderFailure of(AcmeException e) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (e instanceof AcmeRateLimitedException limited) {
            @Nullable Instant again = limited.getRetryAfter().orElse(null);
            return new OrderFailure(OrderResult.RATE_LIMITED, words(limited.getProblem()), again);
        }
        if (e instanceof AcmeServerException server) {
            return new OrderFailure(OrderResult.REFUSED, words(server.getProblem()));
        }
        if (e instanceof AcmeNetworkException) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return new OrderFailure(
                    OrderResult.UNREACHABLE, "the authority cannot be reached: " + shown(cause.toString()));
        }
        return new OrderFailure(OrderResult.ERROR, shown(String.valueOf(e.getMessage())));
    }

    /** What the authority says, made fit for a log. */
    static String words(Problem problem) {
        StringBuilder words = new StringBuilder(String.valueOf(problem.getType()));
        problem.getDetail().ifPresent(detail -> words.append(": ").append(detail));
        problem.getSubProblems().stream().limit(5).forEach(each -> {
            words.append("; ");
            each.getIdentifier().ifPresent(name -> words.append(name.getValue()).append(": "));
            each.getDetail().ifPresent(words::append);
        });
        return shown(words.toString());
    }

    private static OrderFailure protocol(RuntimeException e) {
        return new OrderFailure(
                OrderResult.ERROR,
                "the authority's answer is not of RFC 8555: " + shown(String.valueOf(e.getMessage())));
    }

    private static String shown(String text) {
        return SafeText.line(text, LONGEST);
    }
}
