// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IArbitrable} from "./IArbitrable.sol";
import {IArbitrator} from "./IArbitrator.sol";

/// @title Arbitrator: one fixed account rules
/// @dev The account should be a multisig, whose members sign off the chain. It can do nothing but rule, once for each
/// dispute; what a ruling does is up to who asked. If it never rules, who asked goes on without it. Anyone may create
/// disputes here: that costs the caller gas and obliges nobody.
contract Arbitrator is IArbitrator {
    /* TYPES */

    /// @param arbitrable Who asked, and is told the ruling; zero once it was.
    /// @param choices How many.
    struct Question {
        IArbitrable arbitrable;
        uint96 choices;
    }

    /* IMMUTABLES */

    /// @inheritdoc IArbitrator
    address public immutable override feeRecipient;

    uint256 private immutable _cost;

    /* STORAGE */

    /// @notice How many disputes were created; the newest has this number.
    uint256 public disputeCount;
    /// @notice Disputes by their number.
    mapping(uint256 disputeId => Question) public questions;

    /* CONSTRUCTOR */

    /// @param account Who rules, and is paid for it; zero for nobody, whom measured disputes never ask.
    /// @param cost Base units per ruling.
    constructor(address account, uint256 cost) {
        require(cost <= type(uint96).max, ArbitratorCostTooLarge(type(uint96).max, cost));
        feeRecipient = account;
        _cost = cost;
    }

    /* ACTIONS */

    /// @inheritdoc IArbitrator
    function createDispute(uint256 choices, bytes calldata) external returns (uint256 disputeId) {
        require(choices != 0, ArbitratorNoChoices());
        disputeId = ++disputeCount;
        IArbitrable arbitrable = IArbitrable(msg.sender);
        // More choices than 96 bits can count nobody can tell apart.
        questions[disputeId] = Question(arbitrable, choices < type(uint96).max ? uint96(choices) : type(uint96).max);
        emit DisputeCreation(disputeId, arbitrable);
    }

    /// @notice Rules. Only the account.
    /// @param ruling Zero to refuse, else one of the choices.
    function giveRuling(uint256 disputeId, uint256 ruling) external {
        require(msg.sender == feeRecipient, ArbitratorNotAccount(feeRecipient, msg.sender));
        require(disputeId != 0 && disputeId <= disputeCount, ArbitratorUnknownDispute(disputeId));
        Question memory question = questions[disputeId];
        require(address(question.arbitrable) != address(0), ArbitratorAlreadyRuled(disputeId));
        require(ruling <= question.choices, ArbitratorUnknownRuling(question.choices, ruling));
        delete questions[disputeId];
        question.arbitrable.rule(disputeId, ruling);
    }

    /* VIEWS */

    /// @inheritdoc IArbitrator
    function arbitrationCost(bytes calldata) external view returns (uint256) {
        return _cost;
    }
}
