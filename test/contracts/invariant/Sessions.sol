// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/// Client and executor let keys sign for them and take that back, at any time; the keys sign what they like, early and
/// late. A second telling of the rule says which pair has to count.
contract Sessions is Market {
    uint256 internal constant KEYS = 8;
    uint256 internal constant LANES = 2_000;

    struct Session {
        address principal;
        uint256 thawEnd;
    }

    struct Signed {
        IAccountingV2.SignedPair pair;
        uint256 key;
        bool asClient;
    }

    /// Set when something happened that never may.
    string public broken;
    /// Pairs that counted while their key was in force, those that counted though it was revoked, and those that did not.
    uint256 public inForce;
    uint256 public thawing;
    uint256 public refused;

    mapping(uint256 key => Session) private _sessions;
    Signed[] private _signed;
    uint64 private _lanes;

    constructor() {
        deployMarket();
        enrol(1_000e6);
        openChannel(1_000e6);
    }

    /* MOVES */

    /// A key gets its principal once, and shows that it is there.
    function authorize(uint256 key, bool byClient) external {
        key %= KEYS;
        address principal = byClient ? client : executor;
        uint40 deadline = uint40(block.timestamp);
        IAccountingV2.CompactSignature memory proof = possession(principal, keyAt(key), deadline);
        vm.prank(principal);
        try accounting.authorizeSigner(vm.addr(keyAt(key)), deadline, 0, proof) {
            if (_sessions[key].principal != address(0)) broken = "a key changed its principal";
            _sessions[key].principal = principal;
        } catch {
            if (_sessions[key].principal == address(0)) broken = "a new key was refused";
        }
    }

    function revoke(uint256 key, bool byClient) external {
        Session storage session = _sessions[key % KEYS];
        address principal = byClient ? client : executor;
        bool works = session.principal == principal && session.thawEnd == 0;
        vm.prank(principal);
        try accounting.revokeSigner(vm.addr(keyAt(key % KEYS))) {
            if (!works) broken = "revoked what was not its own";
            session.thawEnd = block.timestamp + UNLOCK_DELAY;
        } catch {
            if (works) broken = "a principal could not revoke";
        }
    }

    /// The key signs for its side, or for the other one; the deadline lies up to two days ahead.
    function signPair(uint256 key, bool wrong, uint256 ahead) external {
        if (_lanes == LANES) return;
        bool asClient = (_sessions[key % KEYS].principal == client) != wrong;
        IAccountingV2.SignedPair memory pair = pairOf(1, 1, 0);
        pair.request.lane = ++_lanes;
        pair.request.deadline = uint40(block.timestamp + bound(ahead, 0, 48 hours));
        key = keyAt(key % KEYS);
        if (asClient) sign(pair, key, EXECUTOR_KEY);
        else sign(pair, CLIENT_KEY, key);
        _signed.push(Signed(pair, key, asClient));
    }

    /// Any pair that was signed and not settled.
    function settle(uint256 which) external {
        if (_signed.length == 0) return;
        which %= _signed.length;
        Signed memory chosen = _signed[which];
        if (block.timestamp > uint256(chosen.pair.request.deadline) + 24 hours) return forget(which);
        bool counts = isGood(chosen);
        IAccountingV2.Rejection reason = accounting.checkPair(chosen.pair);
        if (counts != (reason == IAccountingV2.Rejection.None))
            broken = "a session counted otherwise than its rule says";
        forget(which);
        if (counts) settleOne(chosen.pair);
        if (!counts) ++refused;
        else if (_sessions[indexOf(chosen.key)].thawEnd == 0) ++inForce;
        else ++thawing;
    }

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 4 hours));
    }

    /* RULE */

    /// I27: a key counts for its principal, once revoked for deadlines up to its thaw's end, whenever the pair is sent; what
    /// was signed for such a deadline before, a revocation does not take back.
    function isGood(Signed memory chosen) private view returns (bool) {
        Session memory session = _sessions[indexOf(chosen.key)];
        if (session.principal != (chosen.asClient ? client : executor)) return false;
        return session.thawEnd == 0 || chosen.pair.request.deadline <= session.thawEnd;
    }

    /* PARTS */

    function forget(uint256 which) private {
        _signed[which] = _signed[_signed.length - 1];
        _signed.pop();
    }

    function keyAt(uint256 index) private pure returns (uint256) {
        return SIGNER_KEY + index;
    }

    function indexOf(uint256 key) private pure returns (uint256) {
        return key - SIGNER_KEY;
    }
}
