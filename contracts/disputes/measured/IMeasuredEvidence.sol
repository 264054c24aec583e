// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMeasuredDisputes} from "./IMeasuredDisputes.sol";

/// @title IMeasuredEvidence: what signatures prove about answers complained of
/// @notice Whether a challenger may complain of these answers, and what their signed numbers come to. It holds nothing, and
/// says the same to whoever asks. Refusals are the errors of `IMeasuredDisputes`.
interface IMeasuredEvidence {
    /* TYPES */

    /// @notice An answer that both have signed.
    /// @param inboundTokens As the challenger counted; zero for a complaint about the model, like the next two.
    /// @param overcharge Stated cost less the cost of the counted tokens.
    /// @param paid What the lane was paid for it, not zero. Of an older answer than the lane's newest that follows from its
    /// signed sums: the client acknowledged them by going on.
    /// @param isTail Whether it is the lane's newest, is not held by a judge, and has not been refunded.
    struct Answer {
        address client;
        uint64 lane;
        uint32 nonce;
        uint96 ackedCost;
        uint32 inboundTokens;
        uint32 outboundTokens;
        uint256 overcharge;
        uint256 paid;
        bool isTail;
        bytes32 requestHash;
        bytes32 responseHash;
    }

    /* VIEWS */

    function accounting() external view returns (address);

    /// @notice Checks all that can be checked without the contents of the answers; reverts with what is wrong.
    /// @param challenger Who complains: the client of all, or an active validator.
    /// @param payer Who opens the dispute, and needs the consent of every client but itself. Somebody else than the challenger
    /// only if that is the client of all.
    /// @return executor Of all of them.
    /// @return answers In the order in which they came.
    function check(
        IMeasuredDisputes.Kind kind,
        address challenger,
        address payer,
        IMeasuredDisputes.DisputedAnswer[] calldata disputed
    ) external view returns (address executor, Answer[] memory answers);

    /// @notice Digest that a client signs so that `challenger` may open a dispute about the answer to `requestHash`.
    function hashConsent(address challenger, bytes32 requestHash) external view returns (bytes32);
}
