package io.sallyport.explain.judge;

import io.sallyport.explain.judge.FindingCode.Severity;

/**
 * One thing about the server that is wrong or worth a remark.
 *
 * @param text what was found, one sentence without a full stop
 * @param fix what to do about it, one sentence without a full stop; may be empty
 */
public record Finding(FindingCode code, String text, String fix) {

    public boolean isProblem() {
        return code.severity() == Severity.PROBLEM;
    }
}
