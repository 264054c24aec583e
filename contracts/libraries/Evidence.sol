// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../escrow/IAccountingV2.sol";

/// @title Evidence: what signed statements prove against each other
library Evidence {
    /// @notice For so long after the end of what they promise can signed statements be used as evidence. The longest
    /// deadline that clients sign (24 hours) and this are shorter than stake takes to unbond.
    uint256 internal constant WINDOW = 7 days;

    /// @notice Whether two responses to one request say different things. `timestamp` is not one: who crashes and signs the
    /// same answer again is honest.
    function contradict(
        IAccountingV2.LlmResponseCommitment calldata first,
        IAccountingV2.LlmResponseCommitment calldata second
    ) internal pure returns (bool) {
        return
            first.contentHash != second.contentHash ||
            first.deliveryHash != second.deliveryHash ||
            first.traceRoot != second.traceRoot ||
            first.inboundTokens != second.inboundTokens ||
            first.outboundTokens != second.outboundTokens ||
            first.cumulativeCost != second.cumulativeCost ||
            first.cumulativeInbound != second.cumulativeInbound ||
            first.cumulativeOutbound != second.cumulativeOutbound ||
            first.finishReason != second.finishReason;
    }
}
