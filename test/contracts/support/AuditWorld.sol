// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Audits} from "../../../contracts/audits/Audits.sol";
import {IAudits} from "../../../contracts/audits/IAudits.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {Headers} from "./Headers.sol";
import {Market} from "./Market.sol";
import {vm} from "./Vm.sol";

/// Audits on a stake registry with validators and executors, blocks with real headers, and chains of preimages.
/// Tests count time from epoch numbers, for the reason that `Market` gives.
abstract contract AuditWorld is Market {
    uint256 internal constant EPOCH = 1 hours;
    uint256 internal constant ODDS = 2;
    /// The epoch in which everything is deployed and registered.
    uint256 internal constant E0 = START / EPOCH;
    /// The first that chains cover and executors count in.
    uint256 internal constant FIRST = E0 + 2;
    uint256 internal constant LENGTH = 50;
    bytes32 internal constant SECRET = keccak256("a validator's secret");
    uint256 internal constant VALIDATOR_KEY = 0x7A11DA;
    uint256 internal constant EXECUTORS = 12;
    uint256 internal constant BLOCKS_PER_EPOCH = 300;

    Audits internal audits;
    address internal validator;
    /// In ascending order.
    address[] internal executors;

    function deployAudits() internal {
        deployMarket();
        vm.roll(1000);
        audits = Audits(deploy("Audits.sol:Audits", abi.encode(address(registry), EPOCH, ODDS)));
        validator = vm.addr(VALIDATOR_KEY);
        enrolValidator(validator);
        for (uint256 i = 1; i <= EXECUTORS; ++i) {
            // No stake: whoever takes the role can be reported on.
            address account = address(uint160((i << 140) | i));
            executors.push(account);
            registerExecutor(account);
        }
    }

    function enrolValidator(address account) internal {
        give(account, MINIMUM_VALIDATOR);
        vm.prank(account);
        registry.registerAndStake(IStakeRegistry.Role.Validator, "peer", "", MINIMUM_VALIDATOR);
    }

    function registerExecutor(address account) internal {
        vm.prank(account);
        registry.register(IStakeRegistry.Role.Executor, "peer", "");
    }

    /* CHAINS: written once more here, from the description and not with the contract's own library */

    /// The value `steps` steps before `value` on the chain of `account`.
    function back(address account, bytes32 value, uint256 steps) internal pure returns (bytes32) {
        for (uint256 i = 0; i < steps; ++i) value = keccak256(abi.encode(account, value));
        return value;
    }

    /// The preimage of `epoch` on a chain that ends with `secret` at `last`.
    function preimageOf(address account, bytes32 secret, uint256 last, uint256 epoch) internal pure returns (bytes32) {
        return back(account, secret, last - epoch);
    }

    /// The preimage of the validator's first chain, the one that `registerFirstChain` registers.
    function preimage(uint256 epoch) internal view returns (bytes32) {
        return preimageOf(validator, SECRET, FIRST + LENGTH - 1, epoch);
    }

    function registerFirstChain() internal {
        registerChainAs(validator, SECRET, LENGTH);
    }

    function registerChainAs(address account, bytes32 secret, uint256 length) internal {
        bytes32 tip = back(account, secret, length);
        vm.prank(account);
        audits.registerChain(tip, length);
    }

    /* BLOCKS */

    function blockOf(uint256 epoch) internal pure returns (uint256) {
        return 1000 + (epoch - E0) * BLOCKS_PER_EPOCH;
    }

    function randaoOf(uint256 epoch) internal pure returns (bytes32) {
        return keccak256(abi.encode("randao", epoch));
    }

    function headerOf(
        bytes32 parentHash,
        uint256 number,
        uint256 timestamp,
        bytes32 prevRandao
    ) internal pure returns (bytes memory) {
        return Headers.encode(parentHash, number, timestamp, prevRandao);
    }

    /// Headers of the first block of an epoch and of its parent, with so many seconds to the border on either side.
    function headersOf(
        uint256 epoch,
        uint256 before,
        uint256 afterwards
    ) internal pure returns (bytes memory parent, bytes memory first) {
        uint256 number = blockOf(epoch);
        uint256 start = epoch * EPOCH;
        parent = headerOf(keccak256("grandparent"), number - 1, start - before, keccak256("its own"));
        first = headerOf(keccak256(parent), number, start + afterwards, randaoOf(epoch));
    }

    /// Time is in the epoch, and its first block is a past block of the chain.
    function enter(uint256 epoch) internal returns (bytes memory parent, bytes memory first) {
        (parent, first) = headersOf(epoch, 12, 0);
        vm.warp(epoch * EPOCH + 12);
        vm.roll(blockOf(epoch) + 1);
        vm.setBlockhash(blockOf(epoch), keccak256(first));
    }

    function open(uint256 epoch) internal returns (bytes32 seed) {
        (bytes memory parent, bytes memory first) = enter(epoch);
        (, seed) = audits.fixSeed(blockOf(epoch), parent, first);
    }

    /// The epoch has passed with its seed known; its reports are due.
    function close(uint256 epoch) internal returns (bytes32 seed) {
        seed = open(epoch);
        vm.warp((epoch + 1) * EPOCH);
    }

    /* ASSIGNMENT, from the description */

    function seedOf(uint256 epoch) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(audits), epoch, randaoOf(epoch)));
    }

    function drawn(bytes32 seed, bytes32 value, address account) internal pure returns (bool) {
        return uint256(keccak256(abi.encode(seed, value, account))) < 2 ** 256 / 2 / (ODDS / 2);
    }

    /// The executors that the validator's first chain assigns in `epoch` (`wanted`), or those that it does not.
    function executorsIn(uint256 epoch, bool wanted) internal view returns (address[] memory found) {
        found = new address[](EXECUTORS);
        uint256 count = 0;
        bytes32 seed = seedOf(epoch);
        for (uint256 i = 0; i < EXECUTORS; ++i) {
            if (drawn(seed, preimage(epoch), executors[i]) == wanted) found[count++] = executors[i];
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
        require(count > 1, "choose another secret");
    }

    /* ROWS */

    function rowOf(address account) internal pure returns (IAudits.Row memory) {
        return
            IAudits.Row({
                executor: account,
                model: keccak256("tiny-llama"),
                weightsHash: keccak256("weights"),
                evidence: keccak256(abi.encode("responses of", account)),
                outcome: 2,
                canaries: 7,
                unanswered: 1,
                structureFailures: 2,
                countFailures: 3,
                traceFailures: 4,
                crossFailures: 5,
                logLikelihood: -13_816
            });
    }

    function rowsOf(address account) internal pure returns (IAudits.Row[] memory rows) {
        rows = new IAudits.Row[](1);
        rows[0] = rowOf(account);
    }

    function rowsOf(address[] memory accounts) internal pure returns (IAudits.Row[] memory rows) {
        rows = new IAudits.Row[](accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) rows[i] = rowOf(accounts[i]);
    }

    function reportAs(address account, uint256 epoch, bytes32 value, IAudits.Row[] memory rows) internal {
        vm.prank(account);
        audits.report(epoch, value, rows);
    }

    /// The validator reports with the right preimage.
    function report(uint256 epoch, IAudits.Row[] memory rows) internal {
        reportAs(validator, epoch, preimage(epoch), rows);
    }

    function expectRefusal(bytes4 selector, address account) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, account));
    }
}
