// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Aside, Books, Funds} from "./Books.sol";
import {Channels} from "./Channels.sol";
import {IAccountingV2} from "./IAccountingV2.sol";
import {Maturity} from "./Maturity.sol";

/// @title Settlements: what accepting a pair changes, and writing it down
/// @dev Part of AccountingV2, which judges before. Nothing here calls anybody.
library Settlements {
    /// @dev What accepting a pair does: the state of lane and channel as it will be, and what changes on the way there.
    struct Judgement {
        bytes32 requestHash;
        bytes32 responseHash;
        IAccountingV2.Lane lane;
        Funds funds;
        uint96 acknowledgedPaid;
        uint96 tailPaid;
        uint96 unpaid;
        uint64 inbound;
        uint64 outbound;
        uint32 requests;
    }

    function advance(
        uint32 nonce,
        IAccountingV2.LlmResponseCommitment calldata response,
        Judgement memory judged
    ) internal pure {
        IAccountingV2.Lane memory lane = judged.lane;
        judged.requests = nonce - lane.nonce; // Not below, AccountingV2 saw to that.
        judged.inbound = _growth(lane.inbound, response.cumulativeInbound, judged.requests);
        judged.outbound = _growth(lane.outbound, response.cumulativeOutbound, judged.requests);
        lane.nonce = nonce;
        lane.inbound += judged.inbound;
        lane.outbound += judged.outbound;
    }

    function book(
        Books storage books,
        IAccountingV2.LlmRequestCommitment calldata request,
        Judgement memory judged
    ) internal {
        (address client, address executor) = (request.client, request.executor);
        books.lanes[client][executor][request.lane] = judged.lane;
        uint48 epoch = Maturity.epochAt(block.timestamp);
        if (judged.tailPaid != 0) _addTail(books, client, executor, judged, epoch);
        Channels.setFunds(books, client, executor, judged.funds);
        _credit(books.earnings[executor], judged.acknowledgedPaid, judged.tailPaid, epoch);
        if (judged.requests != 0) {
            _count(books.executorStats[executor], judged);
            _count(books.clientStats[client], judged);
        }
        emit IAccountingV2.LaneSettled({
            client: client,
            executor: executor,
            lane: request.lane,
            requestHash: judged.requestHash,
            responseHash: judged.responseHash,
            model: request.model,
            nonce: request.nonce,
            requests: judged.requests,
            inboundTokens: judged.inbound,
            outboundTokens: judged.outbound,
            acknowledgedPaid: judged.acknowledgedPaid,
            tailPaid: judged.tailPaid,
            laneCost: judged.lane.cost,
            unpaid: judged.unpaid,
            channelBalance: judged.funds.balance
        });
    }

    /// @dev Notes the tail in the channel that paid it, too: the client's disputes reach no other money.
    function _addTail(
        Books storage books,
        address client,
        address executor,
        Judgement memory judged,
        uint48 epoch
    ) private {
        Funds memory funds = judged.funds;
        if (funds.epoch != epoch) {
            if (funds.currentTail != 0 && uint48(funds.epoch) + 1 == epoch) {
                Aside storage aside = books.asides[client][executor];
                (aside.previousTail, aside.previousEpoch) = (funds.currentTail, funds.epoch);
            }
            (funds.currentTail, funds.epoch) = (0, uint24(epoch));
        }
        // Within the executor's unmatured tails, which its stake, a uint96, covers.
        funds.currentTail += judged.tailPaid;
    }

    function _credit(
        IAccountingV2.Earnings storage account,
        uint96 acknowledgedPaid,
        uint96 tailPaid,
        uint48 epoch
    ) private {
        // Reaching 2^128 takes 2^31 settlements of the largest amount that a channel can hold, twice over.
        account.settled += uint128(acknowledgedPaid) + tailPaid;
        if (tailPaid == 0) return;
        (uint256 currentTail, uint256 previousTail) = Maturity.roll(
            account.currentTail,
            account.previousTail,
            account.epoch,
            epoch
        );
        // Both tails together stay within the executor's stake, a uint96.
        (account.currentTail, account.previousTail) = (uint104(currentTail + tailPaid), uint104(previousTail));
        account.epoch = epoch;
    }

    /// @dev Token counts stop at their largest value: a statistic must not be able to stop a payment. The count of
    /// requests cannot get there, since one settlement adds less than 2^32.
    function _count(IAccountingV2.Stats storage account, Judgement memory judged) private {
        IAccountingV2.Stats memory stats = account;
        stats.inbound = uint64(Math.min(uint256(stats.inbound) + judged.inbound, type(uint64).max));
        stats.outbound = uint64(Math.min(uint256(stats.outbound) + judged.outbound, type(uint64).max));
        stats.requests += judged.requests;
        (account.inbound, account.outbound, account.requests) = (stats.inbound, stats.outbound, stats.requests);
    }

    /// @dev How far a lane's count follows the executor's statement: never down, and by no more than an answer can hold.
    function _growth(uint64 counted, uint64 stated, uint32 requests) private pure returns (uint64) {
        if (stated <= counted) return 0;
        // The minimum is not above the first argument, a uint64.
        return uint64(Math.min(stated - counted, uint256(requests) * type(uint32).max));
    }
}
